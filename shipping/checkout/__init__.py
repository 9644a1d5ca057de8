"""What shoppers are offered: options of all carriers at once, within one deadline."""
