"""TEACHES: corpus, base model, fine-tuning, calibration, evaluation. The only room with torch."""
