package alert

// codes returns the codes of one list that have a translation in every language.
// A code that is not here is never shown raw.
func codes(list string) []string {
	switch list {
	case "status":
		return []string{"reported", "triaged", "confirmed", "contained", "resolved", "closed", "dismissed"}
	case "risk":
		return []string{"unknown", "unlikely", "likely", "risk", "high", "high_likely"}
	case "duty":
		return []string{"notify_authority", "communicate_people", "communicate", "complete_notification", "tell_controller", "answer_request"}
	case "asked":
		return []string{"lead", "deputy", "director", "last_resort", "handler", "manager", "dpo"}
	case "asks":
		return []string{"access", "correction", "erasure", "restriction", "portability", "objection_marketing", "objection", "withdrawal"}
	case "missing":
		return MissingCodes()
	default:
		return nil
	}
}

// MissingCodes returns the codes an alert can name as missing, in the order of the
// authority's form. Each has a text alert.missing_<code> in every language.
func MissingCodes() []string {
	return []string{
		"awareness", "aware_at", "occurred_at", "noticed_at", "description", "nature", "kind", "cause",
		"data_categories", "special_categories", "records_count",
		"people", "people_count", "people_categories", "snapshot", "countries",
		"risk", "risk_reason", "consequences", "measures", "measures_taken",
		"contact_point", "dpo_advice", "authority", "decision",
		"communication", "letters", "approval", "notification", "receipt", "delay_reason", "tasks",
		"person", "identity", "answer",
	}
}
