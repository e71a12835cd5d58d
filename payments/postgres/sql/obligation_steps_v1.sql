-- Every step an obligation may take, as payments/obligation_states.py has it; a new step is a new
-- file.
INSERT INTO payments.state_step (machine, from_state, step, to_state) VALUES
    ('obligation', 'open', 'pay', 'paid'),
    ('obligation', 'open', 'pay_part', 'open'),
    ('obligation', 'open', 'correct', 'open'),
    ('obligation', 'open', 'defer', 'open'),
    ('obligation', 'open', 'instalments', 'open'),
    ('obligation', 'open', 'cancel', 'withdrawn'),
    ('obligation', 'open', 'supersede', 'superseded'),
    ('obligation', 'open', 'close', 'paid'),
    ('obligation', 'paid', 'correct', 'paid'),
    ('obligation', 'paid', 'defer', 'paid'),
    ('obligation', 'paid', 'cancel', 'withdrawn'),
    ('obligation', 'paid', 'supersede', 'superseded'),
    ('obligation', 'paid', 'reopen', 'open');
