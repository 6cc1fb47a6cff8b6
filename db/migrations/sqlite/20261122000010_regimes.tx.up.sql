-- Which laws were found to apply to an incident, and which were not: the latest
-- answer of each. Every answer there ever was stands among the decisions.
CREATE TABLE incident_regimes (
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    regime      TEXT NOT NULL,
    version     TEXT NOT NULL,
    applies     BOOLEAN NOT NULL,
    reason      TEXT NOT NULL,
    decided_by  TEXT NOT NULL,
    decided_at  TIMESTAMP NOT NULL,
    PRIMARY KEY (incident_id, regime)
);
