"""The trainers' workbench: from a real conversation to a change in `data/`, with its proof."""
