"""A tenant's configuration as documents that people and systems write: codes instead of keys of rows, and secrets that
go in and never come out. The configuration API and `export_config`, `import_config` are made of it."""

from connectors.as_code import connector as connector
from connectors.as_code import places as places
