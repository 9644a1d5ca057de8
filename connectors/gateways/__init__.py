"""Objects of their own over a connector whose settings they edit in place, such as payment methods.

What merchants choose (a name, markets, options) is the object; implementation, account, credential and host are its
connector's. The first save creates the connector, and publishing publishes both.
"""
