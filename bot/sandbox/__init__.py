"""A pretend LifeTime, ODC and Slack: stateful aiohttp servers on loopback.

The one fake of each outside company: `demo`, the tests and the benchmarks all use it, so what is
proven here is proven against the same behaviour that a newcomer sees. Nothing in this package
imports the rest of the project, and nothing here offers what the real platform lacks.
"""
