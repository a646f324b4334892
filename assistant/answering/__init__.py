"""How an answer is written from the chunks that passed the gate, checked and cited."""
