"""Shows which experts a merged mixture chooses for each area's text.

    python3 routing.py DATA MODEL MIXTURE.gguf [--report FILE]

DATA is what vocabulary.py wrote, MODEL the folder that train.py wrote, and
MIXTURE.gguf what `beyonder merge` made of it in float16 or float32, of which only
the routers are read. It runs the mixture in PyTorch over the validation text and
prints, for each layer, how often each area's own expert is among the two chosen
(chance: 50 %), and the mixture's validation loss.
"""

import argparse
import json
import os
import struct

import numpy
import torch
import torch.nn.functional as F
from torch import nn

from train import AREAS, Mistral, Text, load, loss_of, pack

USED = 2
SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
STRING, ARRAY = 8, 9


class GGUF:
    """As much of the format as finding float tensors takes."""

    def __init__(self, path):
        self.file = open(path, "rb")
        if self.file.read(4) != b"GGUF":
            raise SystemExit(path + " is no GGUF file")
        _, tensors, pairs = self.number("<I"), self.number("<Q"), self.number("<Q")
        self.values = {}
        for _ in range(pairs):
            key = self.text()
            self.values[key] = self.value(self.number("<I"))
        self.infos = {}
        for _ in range(tensors):
            name = self.text()
            shape = [self.number("<Q") for _ in range(self.number("<I"))]
            self.infos[name] = shape, self.number("<I"), self.number("<Q")
        align = self.values.get("general.alignment", 32)
        self.base = -(-self.file.tell() // align) * align

    def number(self, form):
        return struct.unpack(form, self.file.read(struct.calcsize(form)))[0]

    def text(self):
        return self.file.read(self.number("<Q")).decode()

    def value(self, kind):
        if kind == STRING:
            return self.text()
        if kind == ARRAY:
            kind, n = self.number("<I"), self.number("<Q")
            return [self.value(kind) for _ in range(n)]
        return self.number(SCALARS[kind])

    def tensor(self, name):
        shape, kind, offset = self.infos[name]
        if kind not in (0, 1):
            raise SystemExit("%s is quantized; name the file that beyonder merge wrote" % name)
        self.file.seek(self.base + offset)
        values = numpy.fromfile(self.file, [numpy.float32, numpy.float16][kind], int(numpy.prod(shape)))
        return torch.from_numpy(values.astype(numpy.float32)).view(shape[::-1])


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


def mixture(folder, routers):
    """The base with the experts' MLPs, and a router for each layer."""
    with open(os.path.join(folder, "report.json")) as f:
        shape = json.load(f)["shape"]
    pieces = routers.infos["token_embd.weight"][0][1]
    models = []
    for name in ["base", *AREAS]:
        m = Mistral(shape, pieces)
        load(m, os.path.join(folder, name, "model.safetensors"))
        models.append(m.eval())
    for i, layer in enumerate(models[0].layers):
        layer.mlp = Mixture([m.layers[i].mlp for m in models[1:]], routers.tensor("blk.%d.ffn_gate_inp.weight" % i))
    return models[0]


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
    p.add_argument("model")
    p.add_argument("mixture")
    p.add_argument("--count", type=int, default=100, help="conversations of each area")
    p.add_argument("--report")
    o = p.parse_args()
    model, report = mixture(o.model, GGUF(o.mixture)), {}
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
