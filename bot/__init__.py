"""RoamDesk's language side: Rasa 3.6 with components of ours. It holds no state that matters."""
