"""How services call each other: Nameko RPC with typed forms, signed principals and refusals that survive the wire.

A context subclasses `service.ContextService`; whoever calls it holds a `client.RpcClient`. Nothing within a context
knows any of it (docs/adr/0003).
"""
