"""Which steps of the trees are tested, trained, and met in real conversations."""
