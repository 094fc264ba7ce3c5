"""The solutions to the exercises, one module per lesson; a hand-out without solutions leaves this folder out."""
