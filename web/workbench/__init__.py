"""The trainers' workbench: review, stories, trees and texts, training runs, practice."""
