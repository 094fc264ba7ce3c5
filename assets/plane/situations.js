// Situations to look at: sessions, and what to look for. Each was played before its claim was written, with seed 0
// at least.

const SITUATIONS = [
  {
    title: "An even game",
    data: "ring",
    changes: [],
    look: "The crosses spread over the ring within 2,000 steps. Then D's surface goes pale, since it can hardly tell any more, and the distance falls near the green band.",
  },
  {
    title: "Mode collapse",
    data: "three_clusters",
    changes: [[0, "g_steps", 5]],
    look: "G learns five times as often as D. All crosses run to one cluster, D finds out, and the whole crowd moves on: it never fills all three.",
  },
  {
    title: "Collapse, and back",
    data: "three_clusters",
    changes: [[0, "g_steps", 5], [1500, "g_steps", 1]],
    look: "The same until step 1,500, where G goes back to one update per step. Watch the crowd break up: by step 3,000 all three clusters are filled.",
  },
  {
    title: "D stands still",
    data: "ring",
    changes: [[300, "freeze_d", true]],
    look: "From step 300 on, D no longer learns. G's loss falls and stays low, which looks like success, while the crosses crowd where D's surface happens to be high, far from the ring: the distance grows.",
  },
  {
    title: "Both too fast",
    data: "ring",
    changes: [[0, "d_learning_rate", 0.03], [0, "g_learning_rate", 0.03]],
    look: "Thirty times the usual rates: the losses jump, the crosses are thrown from side to side, and the distance stays high.",
  },
];
