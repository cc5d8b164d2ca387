"""Fine-tuning: fit the network to the corpus with the `transformers` trainer, resumable, seeds fixed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from datasets import Dataset
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertConfig, BertModel, Trainer, TrainingArguments
from transformers.trainer_utils import get_last_checkpoint

from models.heads import Sizes
from models.windows import PREFIX, special_pieces
from training.base import Base
from training.collate import Collator, Labels
from training.examples import FLAGS, KINDS
from training.network import ComplaintNetwork, Heads


@dataclass(frozen=True, slots=True)
class Recipe:
    """The dials of one training run."""

    epochs: int = 4
    batch_size: int = 16
    encoder_rate: float = 1.5e-4
    layer_decay: float = 0.85
    head_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup: float = 0.1
    seed: int = 20261124


def collator(tokenizer: Tokenizer, duties: int) -> Collator:
    """The collator of a tokeniser."""
    prefix = tuple(tokenizer.encode(PREFIX, add_special_tokens=False).ids)
    return Collator(duties, special_pieces(tokenizer), prefix)


def build(base: Base, labels: Labels) -> ComplaintNetwork:
    """The network as it starts: the pretrained encoder, and heads at the vectors of the duties' descriptions."""
    encoder = load_encoder(base)
    known = [labels.chart.duties[duty] for duty in labels.duties]
    texts = [f"{duty.name}: {duty.definition}" for duty in known]
    vectors = embed(encoder, base.tokenizer, texts)
    centred = functional.normalize(vectors - vectors.mean(0), dim=-1)
    sizes = Sizes(vectors.shape[1], len(labels.duties), len(KINDS), len(FLAGS))
    return ComplaintNetwork(encoder, Heads(sizes, centred))


def load_encoder(base: Base) -> BertModel:
    """The pretrained encoder with its trimmed vocabulary.

    Without dropout inside: fused attention needs its absence on a CPU, where it trains three times as fast on
    long texts; the heads' dropout and the augmentation stand in for it.
    """
    config = BertConfig.from_dict({**base.config, "attention_probs_dropout_prob": 0.0, "hidden_dropout_prob": 0.0})
    config._attn_implementation = "sdpa"
    encoder = BertModel(config, add_pooling_layer=False)
    state = {name: torch.from_numpy(array) for name, array in base.weights.items()}
    encoder.load_state_dict(state, strict=True)
    return encoder


@torch.no_grad()
def embed(encoder: BertModel, tokenizer: Tokenizer, texts: Sequence[str], size: int = 32) -> Tensor:
    """Mean-pooled unit vectors (texts, width) of short texts, as the e5 family is used (`query: ` before each)."""
    encoder.train(mode=False)
    vectors = []
    for at in range(0, len(texts), size):
        encodings = tokenizer.encode_batch([f"query: {text}" for text in texts[at : at + size]])
        longest = min(512, max(len(one.ids) for one in encodings))
        ids = torch.tensor([(one.ids[:512] + [1] * longest)[:longest] for one in encodings])
        mask = (ids != 1).long()
        hidden = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        vectors.append(functional.normalize((hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True), dim=-1))
    return torch.cat(vectors)


def parameter_groups(network: ComplaintNetwork, recipe: Recipe) -> list[dict[str, object]]:
    """Learning rates by depth: the heads fastest, each encoder layer slower than the one above (ULMFiT, 2018)."""
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    depth = network.encoder.config.num_hidden_layers
    for name, parameter in network.named_parameters():
        rate = recipe.head_rate
        if name.startswith("encoder.embeddings"):
            rate = recipe.encoder_rate * recipe.layer_decay**depth
        elif name.startswith("encoder.encoder.layer"):
            rate = recipe.encoder_rate * recipe.layer_decay ** (depth - 1 - int(name.split(".")[3]))
        decay = recipe.weight_decay if parameter.dim() > 1 else 0.0
        groups.setdefault((rate, decay), []).append(parameter)
    return [{"params": held, "lr": rate, "weight_decay": decay} for (rate, decay), held in groups.items()]


def fit(network: ComplaintNetwork, rows: Dataset, collate: Collator, recipe: Recipe, folder: Path) -> None:
    """Train in place. Checkpoints go to `folder` after each epoch; a second call goes on from the last of them."""
    steps = -(-len(rows) // recipe.batch_size) * recipe.epochs
    arguments = TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=recipe.epochs,
        per_device_train_batch_size=recipe.batch_size,
        train_sampling_strategy="group_by_length",
        length_column_name="length",
        remove_unused_columns=False,
        use_cpu=not torch.cuda.is_available(),
        bf16=fast_bf16(),
        save_strategy="epoch",
        save_total_limit=2,
        logging_steps=20,
        report_to=[],
        seed=recipe.seed,
        data_seed=recipe.seed,
        disable_tqdm=True,
        dataloader_pin_memory=False,
        max_grad_norm=1.0,
    )
    optimizer = torch.optim.AdamW(parameter_groups(network, recipe))
    warm = max(1, int(steps * recipe.warmup))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / warm) * max(0.0, 1 - step / steps)
    )
    trainer = Trainer(network, arguments, data_collator=collate, train_dataset=rows, optimizers=(optimizer, schedule))
    last: str | None = get_last_checkpoint(str(folder)) if folder.exists() else None
    trainer.train(resume_from_checkpoint=last)


def fast_bf16() -> bool:
    """True where 16-bit training is faster than 32-bit: a GPU, or a processor with AVX-512 bf16."""
    return torch.cuda.is_available() or bool(torch.cpu._is_avx512_bf16_supported())
