"""What a shop asks while the shopper decides."""
