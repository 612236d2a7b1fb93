"""Writes the ids of the Starter's training text.

    pip install sentencepiece numpy
    python3 vocabulary.py CORPUS OUT [--learn]

writes OUT/<area>.npz: the ids of all conversations, each beginning with BOS, and which
of them are answers; and beside them OUT/tokenizer.model (SentencePiece, byte-pair
encoding, 4,096 pieces with byte fallback, each digit a piece of its own). That is the
one beside this script, so that a training can go on from an earlier Starter; --learn
makes a new one from the text.
"""

import argparse
import json
import os
import shutil

import numpy
import sentencepiece

PIECES = 4096
START, END = "<|im_start|>", "<|im_end|>"
AREAS = ["chat", "code", "story", "math", "mixed"]
SAMPLE = 400_000  # lines to learn the pieces from


def lines(folder):
    """The text of all areas, line by line: SentencePiece never sees a line break,
    so that no piece contains one."""
    readers = [open(os.path.join(folder, a + ".jsonl"), encoding="utf-8") for a in AREAS]
    left = SAMPLE
    while readers and left > 0:
        for f in list(readers):
            row = f.readline()
            if not row:
                readers.remove(f)
                continue
            for turn in json.loads(row):
                for line in "\n".join(turn).split("\n"):
                    if line.strip():
                        left -= 1
                        yield line
    yield from ("user", "assistant", "system")


def learn(corpus, out, pieces):
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=lines(corpus), model_prefix=os.path.join(out, "tokenizer"), vocab_size=pieces,
        model_type="bpe", byte_fallback=True, split_digits=True, character_coverage=1.0,
        normalization_rule_name="identity", add_dummy_prefix=False, remove_extra_whitespaces=False,
        allow_whitespace_only_pieces=True, control_symbols=[START, END],
        unk_id=0, bos_id=1, eos_id=2, pad_id=-1, num_threads=os.cpu_count(), minloglevel=1)


class Encoder:
    """Writes conversations as the program does: special tokens are cut out first,
    and what lies between them is encoded by itself."""

    def __init__(self, path):
        self.pieces = sentencepiece.SentencePieceProcessor(model_file=path)
        self.start, self.end = self.pieces.piece_to_id(START), self.pieces.piece_to_id(END)

    def conversation(self, turns):
        ids, answer = [self.pieces.bos_id()], [0]

        def put(more, of):
            ids.extend(more)
            answer.extend([of] * len(more))

        for turn in turns:
            roles = ("user", "assistant") if len(turn) == 2 else ("system",)
            for role, text in zip(roles, turn):
                learned = int(role == "assistant")
                put([self.start], 0)
                put(self.pieces.encode(role + "\n"), 0)
                put(self.pieces.encode(text) + [self.end], learned)
                put(self.pieces.encode("\n"), 0)
        return ids, answer


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("corpus")
    p.add_argument("out")
    p.add_argument("--pieces", type=int, default=PIECES)
    p.add_argument("--learn", action="store_true", help="make a new vocabulary from the text")
    o = p.parse_args()
    os.makedirs(o.out, exist_ok=True)
    if o.learn:
        learn(o.corpus, o.out, o.pieces)
        os.remove(os.path.join(o.out, "tokenizer.vocab"))
    else:
        shutil.copy(os.path.join(os.path.dirname(os.path.abspath(__file__)), "tokenizer.model"), o.out)
    e = Encoder(os.path.join(o.out, "tokenizer.model"))
    for area in AREAS:
        ids, answer = [], []
        with open(os.path.join(o.corpus, area + ".jsonl"), encoding="utf-8") as f:
            for row in f:
                a, b = e.conversation(json.loads(row))
                ids.extend(a)
                answer.extend(b)
        numpy.savez_compressed(os.path.join(o.out, area + ".npz"), ids=numpy.array(ids, numpy.uint16), answer=numpy.packbits(numpy.array(answer, bool)))
        print("%-6s %9d tokens, %9d of them answers" % (area, len(ids), sum(answer)))


if __name__ == "__main__":
    main()
