"""Label Studio: projects, tasks, annotations and predictions of one organisation."""
