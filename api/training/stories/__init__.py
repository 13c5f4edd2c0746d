"""Stories and test stories made from what was really said."""
