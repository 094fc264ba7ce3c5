"""What tests of several folders share: small models, data for them, and checks."""
