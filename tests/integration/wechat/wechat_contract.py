"""What the adapter contract says of WeChat in its own way."""

from __future__ import annotations

from tests.contracts.adapter_contract import ConnectionContract, started
from tests.contracts.adapter_harness import AdapterHarness, Post


class WechatContract(ConnectionContract):
    async def test_file_is_a_message_of_its_own(self, harness: AdapterHarness) -> None:
        """In WeChat a file is a message of its own, beside which there are no words."""
        inbox = await started(harness)
        await harness.post(Post("", direct=True, attachments=("bill.pdf",)))
        await harness.post(Post("what is this?", direct=True))
        messages = await inbox.first(2)
        assert [(each.text, each.attachments) for each in messages] == [("", ("bill.pdf",)), ("what is this?", ())]
