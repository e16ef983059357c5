"""Census of independents, sample, questionnaire."""
