"""The network in torch: one encoder, and heads over its sentence vectors.

Every head reads the sentence vectors of a text: `doc`, their mean by pieces (the text's own mean-pooled vector),
and `request`, their mean by attention (which sentence asks). Complexity, flags and `several` also take the strongest
signal of any one sentence: that somebody asked before is said once. `models.heads` computes the same from the arrays.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from models.heads import ROLES, Sizes


@dataclass(frozen=True, slots=True)
class Logits:
    """What the heads say, before any probability. Shapes with texts n, sentences s, duties k."""

    lead: Tensor  # (n, k)
    duty: Tensor  # (n, k)
    sentence: Tensor  # (n, s, k)
    attention: Tensor  # (n, s), log
    complexity: Tensor  # (n, 3), one for each step up
    kind: Tensor  # (n, kinds)
    flag: Tensor  # (n, flags)
    several: Tensor  # (n, 2): several offices, several bodies


class Heads(nn.Module):
    """Linear heads over unit vectors; a duty's row starts at the vector of its description."""

    def __init__(self, sizes: Sizes, descriptions: Tensor, scale: float = 16.0) -> None:
        super().__init__()
        width = sizes.width
        self.scale = scale
        self.request = nn.Parameter(torch.zeros(width))
        self.role = nn.Parameter(torch.zeros(len(ROLES)))
        half = descriptions / 2
        self.lead = nn.Linear(2 * width, sizes.duties)
        self.duty = nn.Linear(2 * width, sizes.duties)
        self.sentence = nn.Linear(width, sizes.duties)
        for head, rows in (
            (self.lead, torch.cat([half, half], 1)),
            (self.duty, torch.cat([half, half], 1)),
            (self.sentence, descriptions),
        ):
            head.weight.data.copy_(rows)
            head.bias.data.zero_()
        self.duty.bias.data.fill_(-4.0)
        self.sentence.bias.data.fill_(-4.0)
        self.rest = nn.Linear(2 * width, 3 + sizes.kinds + sizes.flags + 2)
        self.rest.weight.data.normal_(std=0.02)
        self.rest.bias.data.zero_()
        self.signal = nn.Linear(width, 3 + sizes.flags + 2)
        self.signal.weight.data.normal_(std=0.02)
        self.signal.bias.data.zero_()
        self.sizes = sizes

    def forward(self, vectors: Tensor, counts: Tensor, roles: Tensor) -> Logits:
        """`vectors` (n, s, width), `counts` (n, s) with 0 where there is no sentence, `roles` (n, s)."""
        present = counts > 0
        unit = functional.normalize(vectors, dim=-1)
        doc = functional.normalize((vectors * counts[..., None]).sum(1), dim=-1)
        score = self.scale * (unit @ self.request) + self.role[roles]
        attention = functional.log_softmax(score.masked_fill(~present, -1e4), dim=-1)
        asked = functional.normalize((attention.exp()[..., None] * unit).sum(1), dim=-1)
        both = self.scale * torch.cat([doc, asked], dim=-1)
        rest = self.rest(both)
        steps, kind, flag, several = rest.split([3, self.sizes.kinds, self.sizes.flags, 2], dim=-1)
        signal = self.signal(self.scale * unit).masked_fill(~present[..., None], -1e4).amax(1)
        more = signal.split([3, self.sizes.flags, 2], dim=-1)
        steps, flag, several = steps + more[0], flag + more[1], several + more[2]
        return Logits(
            self.lead(both), self.duty(both), self.sentence(self.scale * unit), attention, steps, kind, flag, several
        )


class ComplaintNetwork(nn.Module):
    """Encoder and heads. `forward` takes what `training.collate` makes and gives the loss as well."""

    def __init__(self, encoder: BertModel, heads: Heads) -> None:
        super().__init__()
        self.encoder = encoder
        self.heads = heads
        self.drop = nn.Dropout(0.1)

    def sentences(
        self, ids: Tensor, mask: Tensor, pool: Tensor, place: Tensor, weight: Tensor, shape: Tensor
    ) -> Tensor:
        """Sentence vectors (n, s, width): pooled over each window, then gathered by text.

        `place` (windows, slots) is each slot's row in the flat (n * s) table, -1 for none; `weight` the share of
        the sentence's pieces that the slot holds.
        """
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        pooled = torch.einsum("wsp,wpd->wsd", pool.to(hidden.dtype), hidden).float()
        texts, most = int(shape[0]), int(shape[1])
        held = place >= 0
        flat = pooled.new_zeros(texts * most, pooled.shape[-1])
        flat = flat.index_add(0, place[held], pooled[held] * weight[held][:, None])
        return flat.view(texts, most, -1)

    def forward(self, **batch: Tensor) -> dict[str, Tensor]:
        """The loss over one batch, and the lead logits."""
        vectors = self.sentences(
            batch["ids"], batch["mask"], batch["pool"], batch["place"], batch["weight"], batch["shape"]
        )
        with torch.autocast(vectors.device.type, enabled=False):
            logits = self.heads(self.drop(vectors), batch["counts"], batch["roles"])
            return {"loss": loss_of(logits, batch), "logits": logits.lead}


def loss_of(logits: Logits, batch: dict[str, Tensor]) -> Tensor:
    """The weighted sum of the heads' losses.

    Lead and kind: cross-entropy (the lead shares its target with other duties that could lead). Duties: binary,
    for the text and for its sentences. Complexity: one binary step per level (Frank and Hall, 2001).
    """
    lead = -(batch["lead"] * functional.log_softmax(logits.lead, -1)).sum(-1).mean()
    duty = binary(logits.duty, batch["duty"]).sum(-1).mean()
    weight = batch["sentence_weight"]
    each = binary(logits.sentence, batch["sentence"]).sum(-1)
    sentence = (each * weight).sum() / weight.sum().clamp(min=1)
    carried = batch["carries_lead"]
    known = carried.sum(-1) > 0
    attended = torch.logsumexp(logits.attention.masked_fill(carried == 0, -1e4), dim=-1)
    attention = -(attended * known).sum() / known.sum().clamp(min=1)
    steps = binary(logits.complexity, batch["steps"]).sum(-1).mean()
    kind = functional.cross_entropy(logits.kind, batch["kind"], label_smoothing=0.05)
    flag = binary(logits.flag, batch["flag"]).sum(-1).mean()
    several = binary(logits.several, batch["several"]).sum(-1).mean()
    total: Tensor = (
        lead + 0.5 * duty + 0.25 * sentence + 0.1 * attention + 1.0 * steps + 0.8 * kind + 0.2 * flag + 0.5 * several
    )
    return total


def binary(logits: Tensor, target: Tensor) -> Tensor:
    """Binary cross-entropy, element by element."""
    return functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
