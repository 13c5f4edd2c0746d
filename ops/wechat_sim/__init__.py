"""A small stand-in for WeChat's servers: the calls the product makes, the pushes it receives, a
phone to try it on, and faults to order. It keeps nothing: what it knows ends with its process."""
