"""What of PostNord's APIs the description does not cover."""

EXCEPTIONS = {
    r"^there is no GET /rest/businesslocation/": "it is about booking and tracking; service points have one of their own",
    r"^there is no GET /rest/transport/": "nor is it about transit times",
    r"^there is no GET /rest/shipment/v5/trackandtrace/": "of tracking it has the look-up by reference only",
}
