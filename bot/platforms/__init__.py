"""The platforms: what OutSystems offers, in our words.

`gateway.gateway` builds what implements `ports.PlatformGateway` for one configured platform.
Read `lifetime.py` for what LifeTime is asked and `odc_api.py` for what ODC is, `http.py` for how,
`answers.py` for what an answer that is no success means. Vendor words stay in the files whose names
begin with `lifetime` or `odc`.
Nothing here knows of Slack, of the store, or of who asks and why.
"""
