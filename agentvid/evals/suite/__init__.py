"""Many chains measured by interventions: of photos and clips (`media`), of the small world (`small`)."""
