// Nothing: a target of its own for the precompiled headers of all tests.
