-- Which answers were copied into the authority's form, per round of filing, and the
-- hash of what was copied, so that a later change shows.
CREATE TABLE notification_ticks (
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    round       INTEGER NOT NULL,
    question    TEXT NOT NULL,
    hash        TEXT NOT NULL,
    ticked_by   TEXT NOT NULL,
    ticked_at   TIMESTAMP NOT NULL,
    PRIMARY KEY (incident_id, round, question)
);
--bun:split
-- The proof of a filing is a file among the evidence; a withdrawal has its reason.
ALTER TABLE filings ADD COLUMN proof_id TEXT NOT NULL DEFAULT '';
--bun:split
ALTER TABLE filings ADD COLUMN withdrawal_reason TEXT NOT NULL DEFAULT '';
--bun:split
-- Answers now belong to the canonical question, whatever the form. What was typed in
-- the sector of an authority's front page answers row 17; what only that authority asks
-- keeps its own answer.
UPDATE notification_answers SET question = 'activity'
 WHERE question = 'front_sector'
   AND NOT EXISTS (SELECT 1 FROM notification_answers AS other
                    WHERE other.incident_id = notification_answers.incident_id AND other.question = 'activity');
--bun:split
UPDATE notification_answers SET question = 'own_law' WHERE question = 'front_law';
--bun:split
-- The rest of the front page follows from the facts or is row 11 to 15.
DELETE FROM notification_answers WHERE question LIKE 'front~_%' ESCAPE '~';
