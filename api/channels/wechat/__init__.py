"""WeChat's Official Account: what customers write there comes in, what is said goes out.

`incoming` stores what WeChat pushes, once; `outbox` plans what goes out within WeChat's limits;
`delivery` sends it and never twice.
"""
