"""Exports a sentence-transformers model, in eight-bit integers:
`python -m assistant.embedding.int8 MODEL FOLDER`, run by `exported.exported_folder`.

Measured on two cores with AVX512-VNNI, all-MiniLM-L6-v2, CPU time a query of 12 tokens against torch in float32 on
one core: six times less for one query, two to three times for many together. What it costs in recall is told by
`python -m tests.bench.precision`.
"""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

from assistant.embedding.exported import MODEL_FILE, TOKENIZER_FILE, About
from assistant.embedding.onnx_embedder import OnnxEmbedder
from assistant.embedding.sentence_transformer import SentenceTransformerEmbedder
from assistant.errors import AssistantError, ConfigurationError

MIN_COSINE = 0.96
"""Of a vector to that in float32, below which the export is not taken for the same model. all-MiniLM-L6-v2:
0.995 on average for whole questions, 0.969 for the strangest text that was tried."""

_OPSET = 18
_FLOAT = 1  # onnx.TensorProto.FLOAT: what the quantizer takes the fused operators' values for
_ADVICE = "set ASSISTANT_EMBEDDING_PRECISION=float32"
_PROBES = (
    "Refund?",
    "How do I get my money back?",
    "I ordered on Monday, nothing has come yet, and the tracking page tells nothing: where is my parcel now? " * 4,
)


def export(embedder: SentenceTransformerEmbedder, folder: Path) -> None:
    """Write the model to the folder, and check what was written. Raises ConfigurationError."""
    try:
        _write(embedder, folder)
    except ImportError as exc:
        raise ConfigurationError(
            "ASSISTANT_EMBEDDING_PRECISION=int8 needs onnx and onnxruntime: pip install 'llamadesk[worker]'"
        ) from exc
    except Exception as exc:  # what can't be exported fails in torch, onnx or onnxruntime, in many ways
        raise ConfigurationError(
            f"the embedding model can't be exported to int8: {_ADVICE} ({type(exc).__name__})"
        ) from exc
    # Other numbers and lengths of texts than the export has seen must give the vectors that float32 gives.
    made = OnnxEmbedder(embedder.model_name, folder)
    pairs = (
        (made.embed_queries(_PROBES), embedder.embed_queries(_PROBES)),
        (made.embed_passages(_PROBES), embedder.embed_passages(_PROBES)),
    )
    worst = min(float((small * exact).sum(axis=1).min()) for small, exact in pairs)
    if not worst >= MIN_COSINE:
        raise ConfigurationError(
            f"the embedding model loses too much in int8 (cosine {worst:.3f} to float32, at least {MIN_COSINE} is"
            f" wanted): {_ADVICE}"
        )


def _write(embedder: SentenceTransformerEmbedder, folder: Path) -> None:
    quantization: Any = import_module("onnxruntime.quantization")
    optimizer: Any = import_module("onnxruntime.transformers.optimizer")
    model = embedder.model
    exact, ready, fused = (folder / f"{name}.onnx" for name in ("exact", "ready", "fused"))
    _trace(model, exact)
    quantization.quant_pre_process(exact, ready, skip_symbolic_shape=True)
    # Attention heads become one operator each where the model's are BERT's; others stay as they are.
    optimizer.optimize_model(str(ready), model_type="bert", opt_level=0).save_model_to_file(str(fused))
    quantization.quantize_dynamic(
        fused,
        folder / MODEL_FILE,
        weight_type=quantization.QuantType.QInt8,
        per_channel=True,
        extra_options={"DefaultTensorType": _FLOAT},
    )
    for path in (exact, ready, fused):
        path.unlink()
    model.tokenizer.backend_tokenizer.save(str(folder / TOKENIZER_FILE))
    identity = embedder.identity
    prompts = (identity.query_prompt, identity.passage_prompt)
    About(identity.dimension, embedder.window, *prompts, model.tokenizer.pad_token_id or 0).write(folder)


def _trace(model: Any, file: Path) -> None:
    """Write the model with its pooling as ONNX: token numbers in, vectors out."""
    import torch

    inputs = {
        name: value.cpu() for name, value in model.preprocess(list(_PROBES[:2])).items() if torch.is_tensor(value)
    }
    names = list(inputs)

    class Pooled(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *given: Any) -> Any:
            return self.model(dict(zip(names, given, strict=True)))["sentence_embedding"]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what tracing takes for constant is checked with other inputs afterwards
        torch.onnx.export(
            Pooled().cpu().eval(),
            tuple(inputs.values()),
            str(file),
            input_names=names,
            output_names=["vectors"],
            dynamic_axes={**{name: {0: "texts", 1: "tokens"} for name in names}, "vectors": {0: "texts"}},
            opset_version=_OPSET,
            dynamo=False,  # the newer exporter needs onnxscript as well
        )


def main() -> None:
    """Export, or say in the last line on standard error why not."""
    try:
        export(SentenceTransformerEmbedder(sys.argv[1]), Path(sys.argv[2]))
    except AssistantError as exc:
        print(" ".join(str(exc).split()), file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
