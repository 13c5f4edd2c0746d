"""One conversation in two channels: a signed link into the web page, a code into WeChat."""
