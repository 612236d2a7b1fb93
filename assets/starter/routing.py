"""Shows which experts a merged mixture chooses for each area's text.

    python3 routing.py DATA MIXTURE.gguf [--report FILE]

DATA is what vocabulary.py wrote, MIXTURE.gguf what `beyonder merge` made. It runs
the mixture in PyTorch over the validation text and prints, for each layer, how often
each area's own expert is among the two chosen (chance: 50 %), and the mixture's
validation loss.
"""

import argparse
import copy
import json
import os

import numpy
import torch
import torch.nn.functional as F
from torch import nn

from train import AREAS, SHAPES, Mistral, Text, load, loss_of, pack, tensors

USED = 2


class Mixture(nn.Module):
    """An MLP of several experts; chosen counts what its router chooses."""

    def __init__(self, experts, router):
        super().__init__()
        self.experts, self.router = nn.ModuleList(experts), nn.Parameter(router)
        self.chosen = []

    def forward(self, x):
        weights, chosen = F.linear(x, self.router).softmax(-1).topk(USED, -1)
        weights = weights / weights.sum(-1, keepdim=True)
        self.chosen.append(chosen)
        out = torch.zeros_like(x)
        for k, expert in enumerate(self.experts):
            out = out + (weights * (chosen == k)).sum(-1, keepdim=True) * expert(x)
        return out


def mixture(path):
    """The mixture in the file: a dense model whose MLPs are of several experts."""
    found = tensors(path)
    model = Mistral(SHAPES["full"], found["token_embd.weight"].shape[0])
    load(model, path)
    for i, layer in enumerate(model.layers):
        parts = [found["blk.%d.ffn_%s_exps.weight" % (i, k)] for k in ("gate", "up", "down")]
        experts = []
        for e in range(len(AREAS)):
            expert = copy.deepcopy(layer.mlp)
            for linear, w in zip((expert.gate_proj, expert.up_proj, expert.down_proj), parts):
                linear.weight.data = w[e]
            experts.append(expert)
        layer.mlp = Mixture(experts, found["blk.%d.ffn_gate_inp.weight" % i])
    return model.eval()


@torch.no_grad()
def measure(model, text, count, window=512):
    """For each layer how often each expert is chosen, and the loss of answers."""
    ids, weight, document = pack([(text, s) for s in text.valid[:count]], window)
    answer = (weight == 1).float()
    losses, shares = [], []
    for i in range(0, len(ids), 16):
        for layer in model.layers:
            layer.mlp.chosen.clear()
        losses.append(float(loss_of(model, (ids[i:i + 16], answer[i:i + 16], document[i:i + 16]))))
        read = document[i:i + 16, :-1] > 0
        shares.append([[float((layer.mlp.chosen[0] == k).any(-1)[read].float().mean()) for k in range(len(AREAS))] for layer in model.layers])
    return numpy.mean(shares, 0), sum(losses) / len(losses)


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("data")
    p.add_argument("mixture")
    p.add_argument("--count", type=int, default=100, help="conversations of each area")
    p.add_argument("--report")
    o = p.parse_args()
    model, report = mixture(o.mixture), {}
    for k, area in enumerate(AREAS):
        shares, loss = measure(model, Text(os.path.join(o.data, area + ".npz")), o.count)
        own = 100 * shares[:, k]
        report[area] = {"own": [round(x, 1) for x in own.tolist()], "all": shares.round(3).tolist(), "loss": round(loss, 4)}
        print("%-6s own expert chosen, by layer: %s %%  loss %.4f" % (area, " ".join("%3.0f" % x for x in own), loss))
    if o.report:
        with open(o.report, "w") as f:
            json.dump(report, f, indent=1)


if __name__ == "__main__":
    main()
