"""Where Ongoing's description, which was rebuilt from a client that was generated from it, says too little."""

EXCEPTIONS = {
    r"describes no answer of status 4\d\d": "it describes successes only; refusals are in no form that it tells",
}
