"""The solutions of the exercises, a module a lesson; a hand-out without solutions leaves this folder out."""
