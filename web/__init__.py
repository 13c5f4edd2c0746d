"""The staff's pages (NiceGUI, a process of its own) and the customers' widget (plain files).

The pages hold no database and no rule: they call the API's routes as the person who is logged in.
"""
