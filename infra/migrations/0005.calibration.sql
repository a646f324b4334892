-- How near is near for a knowledge set, fitted on questions that it answers and such that it does not; and asking back.

-- asked, overheard: up to which distance the gate opens (assistant/gate.py), by the vectors of that model; -1 opens for
-- nothing. figures: what was measured when it was fitted.
create table calibrations (
    knowledge_set_id bigint not null references knowledge_sets on delete cascade,
    embedding_model text not null,
    asked double precision not null,
    overheard double precision not null,
    figures jsonb not null,
    calibrated_at timestamptz not null default now(),
    primary key (knowledge_set_id, embedding_model),
    check (overheard <= asked)
);

-- asked_back: the question could mean several things, and its author was asked which.
alter table replies
    drop constraint replies_decision_check,
    add constraint replies_decision_check check (decision in (
        'answered', 'refused', 'helped', 'quoted', 'busy', 'failed', 'chatted', 'handed_off', 'commanded', 'asked_back'
    ));
