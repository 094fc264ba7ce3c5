"""A contest of sessions: each is replayed, judged by digits that nobody has seen scores of, and ranked on one page."""
