"""Files that came with a conversation: pictures, fetched, made harmless, kept with the ticket."""
