"""Who saw, revealed or changed what: rule P11."""
