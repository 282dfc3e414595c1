OVERRIDDEN_BY=rules-kit
