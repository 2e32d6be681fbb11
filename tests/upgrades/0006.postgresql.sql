CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE sync_rejects (
	id SERIAL NOT NULL, 
	source TEXT, 
	stream TEXT, 
	part TEXT, 
	record_key TEXT, 
	reason TEXT, 
	payload TEXT, 
	first_run_id BIGINT, 
	run_id BIGINT, 
	rejected_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (id)
);
COMMENT ON COLUMN sync_rejects.source IS 'Name of the source';
COMMENT ON COLUMN sync_rejects.stream IS 'Name of the stream';
COMMENT ON COLUMN sync_rejects.part IS 'Part of the stream the record came with';
COMMENT ON COLUMN sync_rejects.record_key IS 'The record''s id, or a hash of it when it has none';
COMMENT ON COLUMN sync_rejects.reason IS 'What is wrong with it';
COMMENT ON COLUMN sync_rejects.payload IS 'The record as it came, without its secrets';
COMMENT ON COLUMN sync_rejects.first_run_id IS 'The run that first met it';
COMMENT ON COLUMN sync_rejects.run_id IS 'The run that last met it changed';
COMMENT ON COLUMN sync_rejects.rejected_at IS 'When it was last set aside (UTC)';
CREATE UNIQUE INDEX ix_sync_rejects_record ON sync_rejects (source, stream, record_key);
CREATE TABLE sync_runs (
	id SERIAL NOT NULL, 
	started_at TIMESTAMP WITH TIME ZONE, 
	finished_at TIMESTAMP WITH TIME ZONE, 
	outcome TEXT, 
	version TEXT, 
	host TEXT, 
	pid BIGINT, 
	error TEXT, 
	PRIMARY KEY (id)
);
COMMENT ON COLUMN sync_runs.started_at IS 'When the run began (UTC, this machine''s clock)';
COMMENT ON COLUMN sync_runs.finished_at IS 'When it ended; NULL while running or when killed';
COMMENT ON COLUMN sync_runs.outcome IS 'ok, partial, failed, busy, refused, interrupted; NULL if running';
COMMENT ON COLUMN sync_runs.version IS 'Version of annomirror';
COMMENT ON COLUMN sync_runs.host IS 'Machine the run was on';
COMMENT ON COLUMN sync_runs.pid IS 'Process id of the run';
COMMENT ON COLUMN sync_runs.error IS 'What stopped the run';
CREATE TABLE sync_stream_runs (
	run_id BIGINT NOT NULL, 
	source TEXT NOT NULL, 
	stream TEXT NOT NULL, 
	outcome TEXT, 
	requests BIGINT, 
	read BIGINT, 
	inserted BIGINT, 
	updated BIGINT, 
	unchanged BIGINT, 
	deleted BIGINT, 
	rejected BIGINT, 
	seconds DOUBLE PRECISION, 
	error TEXT, 
	finished_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (run_id, source, stream)
);
COMMENT ON COLUMN sync_stream_runs.run_id IS 'The run (sync_runs.id)';
COMMENT ON COLUMN sync_stream_runs.source IS 'Name of the source';
COMMENT ON COLUMN sync_stream_runs.stream IS 'Name of the stream';
COMMENT ON COLUMN sync_stream_runs.outcome IS 'ok, partial, failed, interrupted';
COMMENT ON COLUMN sync_stream_runs.requests IS 'HTTP requests sent, retries and log-ins included';
COMMENT ON COLUMN sync_stream_runs.read IS 'Records fetched';
COMMENT ON COLUMN sync_stream_runs.inserted IS 'Rows inserted, over all tables of the stream';
COMMENT ON COLUMN sync_stream_runs.updated IS 'Rows changed, over all tables of the stream';
COMMENT ON COLUMN sync_stream_runs.unchanged IS 'Rows found as they were';
COMMENT ON COLUMN sync_stream_runs.deleted IS 'Rows deleted or tombstoned';
COMMENT ON COLUMN sync_stream_runs.rejected IS 'Records set aside in sync_rejects';
COMMENT ON COLUMN sync_stream_runs.seconds IS 'Wall time';
COMMENT ON COLUMN sync_stream_runs.error IS 'What went wrong';
COMMENT ON COLUMN sync_stream_runs.finished_at IS 'When the stream ended (UTC)';
CREATE TABLE sync_watermarks (
	source TEXT NOT NULL, 
	stream TEXT NOT NULL, 
	part TEXT NOT NULL, 
	watermark TIMESTAMP WITH TIME ZONE, 
	state TEXT, 
	unfinished BOOLEAN, 
	run_id BIGINT, 
	updated_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (source, stream, part)
);
COMMENT ON COLUMN sync_watermarks.source IS 'Name of the source';
COMMENT ON COLUMN sync_watermarks.stream IS 'Name of the stream';
COMMENT ON COLUMN sync_watermarks.part IS 'Part of the stream, such as a project''s id; empty if it has none';
COMMENT ON COLUMN sync_watermarks.watermark IS 'Server time up to which the part is complete (UTC)';
COMMENT ON COLUMN sync_watermarks.state IS 'What the last walk noted for the next one, as JSON';
COMMENT ON COLUMN sync_watermarks.unfinished IS 'Whether the last walk was cut and goes on in the middle';
COMMENT ON COLUMN sync_watermarks.run_id IS 'The run that last moved it';
COMMENT ON COLUMN sync_watermarks.updated_at IS 'When it was last moved (UTC)';
CREATE TABLE label_studio_annotations (
	source TEXT NOT NULL, 
	id BIGINT NOT NULL, 
	task_id BIGINT, 
	project_id BIGINT, 
	completed_by_id BIGINT, 
	updated_by_id BIGINT, 
	last_created_by_id BIGINT, 
	was_cancelled BOOLEAN, 
	ground_truth BOOLEAN, 
	created_at TIMESTAMP WITH TIME ZONE, 
	updated_at TIMESTAMP WITH TIME ZONE, 
	draft_created_at TIMESTAMP WITH TIME ZONE, 
	lead_time DOUBLE PRECISION, 
	import_id BIGINT, 
	last_action TEXT, 
	bulk_created BOOLEAN, 
	parent_prediction_id BIGINT, 
	parent_annotation_id BIGINT, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (source, id)
);
COMMENT ON COLUMN label_studio_annotations.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN label_studio_annotations.id IS 'Id of the annotation';
COMMENT ON COLUMN label_studio_annotations.task_id IS 'Task';
COMMENT ON COLUMN label_studio_annotations.project_id IS 'Project';
COMMENT ON COLUMN label_studio_annotations.completed_by_id IS 'Annotator; NULL once the user is deleted';
COMMENT ON COLUMN label_studio_annotations.updated_by_id IS 'Who wrote last';
COMMENT ON COLUMN label_studio_annotations.last_created_by_id IS 'Who made it last';
COMMENT ON COLUMN label_studio_annotations.was_cancelled IS 'Whether the task was skipped';
COMMENT ON COLUMN label_studio_annotations.ground_truth IS 'Whether it is the reference';
COMMENT ON COLUMN label_studio_annotations.created_at IS 'When it was made (UTC)';
COMMENT ON COLUMN label_studio_annotations.updated_at IS 'Last write the server stamps (UTC)';
COMMENT ON COLUMN label_studio_annotations.draft_created_at IS 'When its draft was begun (UTC)';
COMMENT ON COLUMN label_studio_annotations.lead_time IS 'Seconds of work';
COMMENT ON COLUMN label_studio_annotations.import_id IS 'Id it had in the file it was imported from';
COMMENT ON COLUMN label_studio_annotations.last_action IS 'Last action; empty in the Community edition';
COMMENT ON COLUMN label_studio_annotations.bulk_created IS 'Whether a bulk action made it';
COMMENT ON COLUMN label_studio_annotations.parent_prediction_id IS 'Prediction it began as';
COMMENT ON COLUMN label_studio_annotations.parent_annotation_id IS 'Annotation it began as';
COMMENT ON COLUMN label_studio_annotations.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN label_studio_annotations.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN label_studio_annotations.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN label_studio_annotations.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
CREATE INDEX ix_label_studio_annotations_completed_by_id ON label_studio_annotations (completed_by_id);
CREATE INDEX ix_label_studio_annotations_import_id ON label_studio_annotations (import_id);
CREATE INDEX ix_label_studio_annotations_last_created_by_id ON label_studio_annotations (last_created_by_id);
CREATE INDEX ix_label_studio_annotations_parent_annotation_id ON label_studio_annotations (parent_annotation_id);
CREATE INDEX ix_label_studio_annotations_parent_prediction_id ON label_studio_annotations (parent_prediction_id);
CREATE INDEX ix_label_studio_annotations_project_id ON label_studio_annotations (project_id);
CREATE INDEX ix_label_studio_annotations_task_id ON label_studio_annotations (task_id);
CREATE INDEX ix_label_studio_annotations_updated_by_id ON label_studio_annotations (updated_by_id);
CREATE TABLE label_studio_control_labels (
	source TEXT NOT NULL, 
	project_id BIGINT NOT NULL, 
	control TEXT NOT NULL, 
	label TEXT NOT NULL, 
	rank BIGINT, 
	attrs JSONB, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (source, project_id, control, label)
);
COMMENT ON COLUMN label_studio_control_labels.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN label_studio_control_labels.project_id IS 'Project';
COMMENT ON COLUMN label_studio_control_labels.control IS 'Name of the control';
COMMENT ON COLUMN label_studio_control_labels.label IS 'Label';
COMMENT ON COLUMN label_studio_control_labels.rank IS 'Place in the interface, from 0';
COMMENT ON COLUMN label_studio_control_labels.attrs IS 'Attributes of the label, such as its colour';
COMMENT ON COLUMN label_studio_control_labels.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN label_studio_control_labels.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN label_studio_control_labels.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN label_studio_control_labels.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
CREATE TABLE label_studio_controls (
	source TEXT NOT NULL, 
	project_id BIGINT NOT NULL, 
	name TEXT NOT NULL, 
	type TEXT, 
	to_name JSONB, 
	inputs JSONB, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (source, project_id, name)
);
COMMENT ON COLUMN label_studio_controls.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN label_studio_controls.project_id IS 'Project';
COMMENT ON COLUMN label_studio_controls.name IS 'Name of the tag: results carry it as from_name';
COMMENT ON COLUMN label_studio_controls.type IS 'Kind of tag, such as RectangleLabels';
COMMENT ON COLUMN label_studio_controls.to_name IS 'Names of the object tags it works on';
COMMENT ON COLUMN label_studio_controls.inputs IS 'Task fields it shows';
COMMENT ON COLUMN label_studio_controls.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN label_studio_controls.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN label_studio_controls.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN label_studio_controls.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
CREATE TABLE label_studio_predictions (
	source TEXT NOT NULL, 
	id BIGINT NOT NULL, 
	task_id BIGINT, 
	project_id BIGINT, 
	score DOUBLE PRECISION, 
	model_version TEXT, 
	model_id BIGINT, 
	model_run_id BIGINT, 
	cluster BIGINT, 
	neighbors JSONB, 
	mislabeling DOUBLE PRECISION, 
	created_at TIMESTAMP WITH TIME ZONE, 
	updated_at TIMESTAMP WITH TIME ZONE, 
	extra JSONB, 
	content_hash BIGINT, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (source, id)
);
COMMENT ON COLUMN label_studio_predictions.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN label_studio_predictions.id IS 'Id of the prediction';
COMMENT ON COLUMN label_studio_predictions.task_id IS 'Task';
COMMENT ON COLUMN label_studio_predictions.project_id IS 'Project';
COMMENT ON COLUMN label_studio_predictions.score IS 'Score of the model';
COMMENT ON COLUMN label_studio_predictions.model_version IS 'Version of the model';
COMMENT ON COLUMN label_studio_predictions.model_id IS 'Model';
COMMENT ON COLUMN label_studio_predictions.model_run_id IS 'Run of the model';
COMMENT ON COLUMN label_studio_predictions.cluster IS 'Cluster';
COMMENT ON COLUMN label_studio_predictions.neighbors IS 'Neighbours';
COMMENT ON COLUMN label_studio_predictions.mislabeling IS 'Chance that the label is wrong';
COMMENT ON COLUMN label_studio_predictions.created_at IS 'When it was made (UTC)';
COMMENT ON COLUMN label_studio_predictions.updated_at IS 'Last write the server stamps (UTC)';
COMMENT ON COLUMN label_studio_predictions.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN label_studio_predictions.content_hash IS 'Hash of the record with its parts; tells an unchanged one';
COMMENT ON COLUMN label_studio_predictions.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN label_studio_predictions.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN label_studio_predictions.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
CREATE INDEX ix_label_studio_predictions_model_id ON label_studio_predictions (model_id);
CREATE INDEX ix_label_studio_predictions_model_run_id ON label_studio_predictions (model_run_id);
CREATE INDEX ix_label_studio_predictions_project_id ON label_studio_predictions (project_id);
CREATE INDEX ix_label_studio_predictions_task_id ON label_studio_predictions (task_id);
CREATE TABLE label_studio_projects (
	source TEXT NOT NULL, 
	id BIGINT NOT NULL, 
	title TEXT, 
	description TEXT, 
	organization_id BIGINT, 
	created_by_id BIGINT, 
	created_by JSONB, 
	created_at TIMESTAMP WITH TIME ZONE, 
	label_config TEXT, 
	parsed_label_config JSONB, 
	expert_instruction TEXT, 
	show_instruction BOOLEAN, 
	show_skip_button BOOLEAN, 
	enable_empty_annotation BOOLEAN, 
	show_annotation_history BOOLEAN, 
	color TEXT, 
	maximum_annotations BIGINT, 
	min_annotations_to_start_training BIGINT, 
	is_published BOOLEAN, 
	is_draft BOOLEAN, 
	model_version TEXT, 
	start_training_on_annotation_update BOOLEAN, 
	show_collab_predictions BOOLEAN, 
	evaluate_predictions_automatically BOOLEAN, 
	reveal_preannotations_interactively BOOLEAN, 
	annotator_evaluation_enabled BOOLEAN, 
	sampling TEXT, 
	show_ground_truth_first BOOLEAN, 
	show_overlap_first BOOLEAN, 
	overlap_cohort_percentage BIGINT, 
	skip_queue TEXT, 
	control_weights JSONB, 
	pinned_at TIMESTAMP WITH TIME ZONE, 
	state TEXT, 
	task_number BIGINT, 
	finished_task_number BIGINT, 
	num_tasks_with_annotations BIGINT, 
	total_annotations_number BIGINT, 
	total_predictions_number BIGINT, 
	useful_annotation_number BIGINT, 
	ground_truth_number BIGINT, 
	skipped_annotations_number BIGINT, 
	extra JSONB, 
	content_hash BIGINT, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (source, id)
);
COMMENT ON COLUMN label_studio_projects.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN label_studio_projects.id IS 'Id of the project';
COMMENT ON COLUMN label_studio_projects.title IS 'Title; not unique';
COMMENT ON COLUMN label_studio_projects.description IS 'Description';
COMMENT ON COLUMN label_studio_projects.organization_id IS 'Organisation';
COMMENT ON COLUMN label_studio_projects.created_by_id IS 'Creator';
COMMENT ON COLUMN label_studio_projects.created_by IS 'Creator as the API gives it';
COMMENT ON COLUMN label_studio_projects.created_at IS 'When the project was made (UTC)';
COMMENT ON COLUMN label_studio_projects.label_config IS 'Labelling interface, XML';
COMMENT ON COLUMN label_studio_projects.parsed_label_config IS 'Labelling interface, parsed';
COMMENT ON COLUMN label_studio_projects.expert_instruction IS 'Instruction for annotators, HTML';
COMMENT ON COLUMN label_studio_projects.show_instruction IS 'Whether annotators see the instruction first';
COMMENT ON COLUMN label_studio_projects.show_skip_button IS 'Whether annotators may skip';
COMMENT ON COLUMN label_studio_projects.enable_empty_annotation IS 'Whether empty annotations are allowed';
COMMENT ON COLUMN label_studio_projects.show_annotation_history IS 'Whether the history is shown';
COMMENT ON COLUMN label_studio_projects.color IS 'Colour in the interface';
COMMENT ON COLUMN label_studio_projects.maximum_annotations IS 'Annotations wanted per task';
COMMENT ON COLUMN label_studio_projects.min_annotations_to_start_training IS 'Annotations before training starts';
COMMENT ON COLUMN label_studio_projects.is_published IS 'Whether annotators see the project';
COMMENT ON COLUMN label_studio_projects.is_draft IS 'Whether the project is a draft';
COMMENT ON COLUMN label_studio_projects.model_version IS 'Model version whose predictions are shown';
COMMENT ON COLUMN label_studio_projects.start_training_on_annotation_update IS 'Whether annotations start training';
COMMENT ON COLUMN label_studio_projects.show_collab_predictions IS 'Whether predictions are shown to annotators';
COMMENT ON COLUMN label_studio_projects.evaluate_predictions_automatically IS 'Whether tasks are sent to the model';
COMMENT ON COLUMN label_studio_projects.reveal_preannotations_interactively IS 'Whether predictions wait for a region';
COMMENT ON COLUMN label_studio_projects.annotator_evaluation_enabled IS 'Whether annotators are evaluated';
COMMENT ON COLUMN label_studio_projects.sampling IS 'Order in which tasks are given out';
COMMENT ON COLUMN label_studio_projects.show_ground_truth_first IS 'Whether ground truth tasks come first';
COMMENT ON COLUMN label_studio_projects.show_overlap_first IS 'Whether tasks with overlap come first';
COMMENT ON COLUMN label_studio_projects.overlap_cohort_percentage IS 'Share of tasks with overlap, percent';
COMMENT ON COLUMN label_studio_projects.skip_queue IS 'What becomes of skipped tasks';
COMMENT ON COLUMN label_studio_projects.control_weights IS 'Weights of the controls in the agreement';
COMMENT ON COLUMN label_studio_projects.pinned_at IS 'When the project was pinned (UTC)';
COMMENT ON COLUMN label_studio_projects.state IS 'State of the project; empty in the Community edition';
COMMENT ON COLUMN label_studio_projects.task_number IS 'Tasks';
COMMENT ON COLUMN label_studio_projects.finished_task_number IS 'Tasks that are labelled';
COMMENT ON COLUMN label_studio_projects.num_tasks_with_annotations IS 'Tasks with an annotation';
COMMENT ON COLUMN label_studio_projects.total_annotations_number IS 'Annotations, skipped ones not counted';
COMMENT ON COLUMN label_studio_projects.total_predictions_number IS 'Predictions';
COMMENT ON COLUMN label_studio_projects.useful_annotation_number IS 'Annotations that count';
COMMENT ON COLUMN label_studio_projects.ground_truth_number IS 'Ground truth annotations';
COMMENT ON COLUMN label_studio_projects.skipped_annotations_number IS 'Skipped annotations';
COMMENT ON COLUMN label_studio_projects.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN label_studio_projects.content_hash IS 'Hash of the record with its parts; tells an unchanged one';
COMMENT ON COLUMN label_studio_projects.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN label_studio_projects.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN label_studio_projects.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
CREATE INDEX ix_label_studio_projects_created_by_id ON label_studio_projects (created_by_id);
CREATE INDEX ix_label_studio_projects_organization_id ON label_studio_projects (organization_id);
CREATE TABLE label_studio_relations (
	source TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	owner_id BIGINT NOT NULL, 
	position BIGINT NOT NULL, 
	task_id BIGINT, 
	project_id BIGINT, 
	from_region_id TEXT, 
	to_region_id TEXT, 
	direction TEXT, 
	labels JSONB, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (source, owner, owner_id, position)
);
COMMENT ON COLUMN label_studio_relations.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN label_studio_relations.owner IS 'annotation or prediction';
COMMENT ON COLUMN label_studio_relations.owner_id IS 'Id of the annotation or prediction';
COMMENT ON COLUMN label_studio_relations.position IS 'Place in the owner''s result, from 0';
COMMENT ON COLUMN label_studio_relations.task_id IS 'Task';
COMMENT ON COLUMN label_studio_relations.project_id IS 'Project';
COMMENT ON COLUMN label_studio_relations.from_region_id IS 'Region it starts at';
COMMENT ON COLUMN label_studio_relations.to_region_id IS 'Region it ends at';
COMMENT ON COLUMN label_studio_relations.direction IS 'right, left or bi';
COMMENT ON COLUMN label_studio_relations.labels IS 'Labels of the relation';
COMMENT ON COLUMN label_studio_relations.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN label_studio_relations.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN label_studio_relations.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN label_studio_relations.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
CREATE INDEX ix_label_studio_relations_project_id ON label_studio_relations (project_id);
CREATE INDEX ix_label_studio_relations_task_id ON label_studio_relations (task_id);
CREATE TABLE label_studio_result_labels (
	source TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	owner_id BIGINT NOT NULL, 
	position BIGINT NOT NULL, 
	rank BIGINT NOT NULL, 
	task_id BIGINT, 
	project_id BIGINT, 
	label TEXT, 
	path TEXT, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (source, owner, owner_id, position, rank)
);
COMMENT ON COLUMN label_studio_result_labels.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN label_studio_result_labels.owner IS 'annotation or prediction';
COMMENT ON COLUMN label_studio_result_labels.owner_id IS 'Id of the annotation or prediction';
COMMENT ON COLUMN label_studio_result_labels.position IS 'Place of the item in the owner''s result, from 0';
COMMENT ON COLUMN label_studio_result_labels.rank IS 'Place of the label in the item, from 0';
COMMENT ON COLUMN label_studio_result_labels.task_id IS 'Task';
COMMENT ON COLUMN label_studio_result_labels.project_id IS 'Project';
COMMENT ON COLUMN label_studio_result_labels.label IS 'The label; the last step of a taxonomy';
COMMENT ON COLUMN label_studio_result_labels.path IS 'The whole way through a taxonomy, steps joined by /';
COMMENT ON COLUMN label_studio_result_labels.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN label_studio_result_labels.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN label_studio_result_labels.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN label_studio_result_labels.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
CREATE INDEX ix_label_studio_result_labels_label ON label_studio_result_labels (label);
CREATE INDEX ix_label_studio_result_labels_project_id ON label_studio_result_labels (project_id);
CREATE INDEX ix_label_studio_result_labels_task_id ON label_studio_result_labels (task_id);
CREATE TABLE label_studio_results (
	source TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	owner_id BIGINT NOT NULL, 
	position BIGINT NOT NULL, 
	task_id BIGINT, 
	project_id BIGINT, 
	region_id TEXT, 
	parent_region_id TEXT, 
	item_index BIGINT, 
	type TEXT, 
	from_name TEXT, 
	to_name TEXT, 
	origin TEXT, 
	score DOUBLE PRECISION, 
	original_width BIGINT, 
	original_height BIGINT, 
	image_rotation DOUBLE PRECISION, 
	hidden BOOLEAN, 
	readonly BOOLEAN, 
	locked BOOLEAN, 
	meta JSONB, 
	x DOUBLE PRECISION, 
	y DOUBLE PRECISION, 
	width DOUBLE PRECISION, 
	height DOUBLE PRECISION, 
	rotation DOUBLE PRECISION, 
	radius_x DOUBLE PRECISION, 
	radius_y DOUBLE PRECISION, 
	start_num DOUBLE PRECISION, 
	end_num DOUBLE PRECISION, 
	start_text TEXT, 
	end_text TEXT, 
	start_offset BIGINT, 
	end_offset BIGINT, 
	channel BIGINT, 
	number_value DOUBLE PRECISION, 
	rating BIGINT, 
	datetime_value TEXT, 
	value JSONB, 
	text TEXT, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (source, owner, owner_id, position)
);
COMMENT ON COLUMN label_studio_results.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN label_studio_results.owner IS 'annotation or prediction';
COMMENT ON COLUMN label_studio_results.owner_id IS 'Id of the annotation or prediction';
COMMENT ON COLUMN label_studio_results.position IS 'Place in the owner''s result, from 0';
COMMENT ON COLUMN label_studio_results.task_id IS 'Task';
COMMENT ON COLUMN label_studio_results.project_id IS 'Project';
COMMENT ON COLUMN label_studio_results.region_id IS 'Id of the region; items of one region share it';
COMMENT ON COLUMN label_studio_results.parent_region_id IS 'Region it lies in';
COMMENT ON COLUMN label_studio_results.item_index IS 'Page or image of the task it lies on';
COMMENT ON COLUMN label_studio_results.type IS 'Kind of result, such as rectanglelabels';
COMMENT ON COLUMN label_studio_results.from_name IS 'Control tag';
COMMENT ON COLUMN label_studio_results.to_name IS 'Object tag';
COMMENT ON COLUMN label_studio_results.origin IS 'manual, prediction or prediction-changed';
COMMENT ON COLUMN label_studio_results.score IS 'Score of the region';
COMMENT ON COLUMN label_studio_results.original_width IS 'Width of the image, pixels';
COMMENT ON COLUMN label_studio_results.original_height IS 'Height of the image, pixels';
COMMENT ON COLUMN label_studio_results.image_rotation IS 'Rotation of the image, degrees';
COMMENT ON COLUMN label_studio_results.hidden IS 'Whether the region is hidden';
COMMENT ON COLUMN label_studio_results.readonly IS 'Whether the region is read-only';
COMMENT ON COLUMN label_studio_results.locked IS 'Whether the region is locked';
COMMENT ON COLUMN label_studio_results.meta IS 'Notes on the region';
COMMENT ON COLUMN label_studio_results.x IS 'Left, or centre of an ellipse; percent';
COMMENT ON COLUMN label_studio_results.y IS 'Top, or centre of an ellipse; percent';
COMMENT ON COLUMN label_studio_results.width IS 'Width, percent';
COMMENT ON COLUMN label_studio_results.height IS 'Height, percent';
COMMENT ON COLUMN label_studio_results.rotation IS 'Rotation, degrees clockwise';
COMMENT ON COLUMN label_studio_results.radius_x IS 'Horizontal radius of an ellipse, percent';
COMMENT ON COLUMN label_studio_results.radius_y IS 'Vertical radius of an ellipse, percent';
COMMENT ON COLUMN label_studio_results.start_num IS 'Start: character of a text, second of an audio';
COMMENT ON COLUMN label_studio_results.end_num IS 'End: character of a text, second of an audio';
COMMENT ON COLUMN label_studio_results.start_text IS 'Start as text: XPath, paragraph, time';
COMMENT ON COLUMN label_studio_results.end_text IS 'End as text: XPath, paragraph, time';
COMMENT ON COLUMN label_studio_results.start_offset IS 'Offset in the start element, characters';
COMMENT ON COLUMN label_studio_results.end_offset IS 'Offset in the end element, characters';
COMMENT ON COLUMN label_studio_results.channel IS 'Audio channel';
COMMENT ON COLUMN label_studio_results.number_value IS 'Answer of a number control';
COMMENT ON COLUMN label_studio_results.rating IS 'Answer of a rating control';
COMMENT ON COLUMN label_studio_results.datetime_value IS 'Answer of a date control, as written';
COMMENT ON COLUMN label_studio_results.value IS 'The item''s value as it came';
COMMENT ON COLUMN label_studio_results.text IS 'Text marked or written; lines joined';
COMMENT ON COLUMN label_studio_results.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN label_studio_results.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN label_studio_results.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN label_studio_results.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
CREATE INDEX ix_label_studio_results_project_id ON label_studio_results (project_id);
CREATE INDEX ix_label_studio_results_task_id ON label_studio_results (task_id);
CREATE TABLE label_studio_tasks (
	source TEXT NOT NULL, 
	id BIGINT NOT NULL, 
	project_id BIGINT, 
	inner_id BIGINT, 
	data JSONB, 
	meta JSONB, 
	created_at TIMESTAMP WITH TIME ZONE, 
	updated_at TIMESTAMP WITH TIME ZONE, 
	updated_by_id BIGINT, 
	updated_by JSONB, 
	is_labeled BOOLEAN, 
	overlap BIGINT, 
	total_annotations BIGINT, 
	cancelled_annotations BIGINT, 
	total_predictions BIGINT, 
	file_upload TEXT, 
	extra JSONB, 
	content_hash BIGINT, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (source, id)
);
COMMENT ON COLUMN label_studio_tasks.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN label_studio_tasks.id IS 'Id of the task; servers on SQLite reuse ids';
COMMENT ON COLUMN label_studio_tasks.project_id IS 'Project';
COMMENT ON COLUMN label_studio_tasks.inner_id IS 'Number of the task in its project, from 1';
COMMENT ON COLUMN label_studio_tasks.data IS 'What is to be labelled';
COMMENT ON COLUMN label_studio_tasks.meta IS 'What the importer noted';
COMMENT ON COLUMN label_studio_tasks.created_at IS 'When the task was made (UTC)';
COMMENT ON COLUMN label_studio_tasks.updated_at IS 'Last write the server stamps (UTC); some writes do not';
COMMENT ON COLUMN label_studio_tasks.updated_by_id IS 'Who wrote last';
COMMENT ON COLUMN label_studio_tasks.updated_by IS 'Who wrote last, as the API gives it';
COMMENT ON COLUMN label_studio_tasks.is_labeled IS 'Whether enough annotations are in';
COMMENT ON COLUMN label_studio_tasks.overlap IS 'Annotations wanted';
COMMENT ON COLUMN label_studio_tasks.total_annotations IS 'Annotations, skipped ones not counted';
COMMENT ON COLUMN label_studio_tasks.cancelled_annotations IS 'Skipped annotations';
COMMENT ON COLUMN label_studio_tasks.total_predictions IS 'Predictions';
COMMENT ON COLUMN label_studio_tasks.file_upload IS 'Name of the uploaded file the task came from';
COMMENT ON COLUMN label_studio_tasks.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN label_studio_tasks.content_hash IS 'Hash of the record with its parts; tells an unchanged one';
COMMENT ON COLUMN label_studio_tasks.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN label_studio_tasks.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN label_studio_tasks.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
CREATE INDEX ix_label_studio_tasks_project ON label_studio_tasks (project_id, updated_at);
CREATE INDEX ix_label_studio_tasks_updated_at ON label_studio_tasks (updated_at);
CREATE INDEX ix_label_studio_tasks_updated_by_id ON label_studio_tasks (updated_by_id);
CREATE TABLE label_studio_users (
	source TEXT NOT NULL, 
	id BIGINT NOT NULL, 
	username TEXT, 
	email TEXT, 
	first_name TEXT, 
	last_name TEXT, 
	initials TEXT, 
	phone TEXT, 
	avatar TEXT, 
	active_organization BIGINT, 
	active_organization_meta JSONB, 
	allow_newsletters BOOLEAN, 
	date_joined TIMESTAMP WITH TIME ZONE, 
	custom_hotkeys JSONB, 
	last_activity TIMESTAMP WITH TIME ZONE, 
	extra JSONB, 
	content_hash BIGINT, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (source, id)
);
COMMENT ON COLUMN label_studio_users.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN label_studio_users.id IS 'Id of the user';
COMMENT ON COLUMN label_studio_users.username IS 'Login name';
COMMENT ON COLUMN label_studio_users.email IS 'E-mail address';
COMMENT ON COLUMN label_studio_users.first_name IS 'First name';
COMMENT ON COLUMN label_studio_users.last_name IS 'Last name';
COMMENT ON COLUMN label_studio_users.initials IS 'Initials shown in the interface';
COMMENT ON COLUMN label_studio_users.phone IS 'Telephone number';
COMMENT ON COLUMN label_studio_users.avatar IS 'Address of the picture';
COMMENT ON COLUMN label_studio_users.active_organization IS 'The organisation the user is in at the moment';
COMMENT ON COLUMN label_studio_users.active_organization_meta IS 'Title and owner of that organisation';
COMMENT ON COLUMN label_studio_users.allow_newsletters IS 'Whether the user takes newsletters';
COMMENT ON COLUMN label_studio_users.date_joined IS 'When the user signed up (UTC)';
COMMENT ON COLUMN label_studio_users.custom_hotkeys IS 'Keys the user chose';
COMMENT ON COLUMN label_studio_users.last_activity IS 'Last write seen when the row last changed';
COMMENT ON COLUMN label_studio_users.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN label_studio_users.content_hash IS 'Hash of the record with its parts; tells an unchanged one';
COMMENT ON COLUMN label_studio_users.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN label_studio_users.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN label_studio_users.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
CREATE TABLE coco_annotator_annotation_events (
	source TEXT NOT NULL, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	annotation_id BIGINT NOT NULL, 
	position BIGINT NOT NULL, 
	image_id BIGINT, 
	dataset_id BIGINT, 
	"user" TEXT, 
	milliseconds BIGINT, 
	tools_used JSONB, 
	created_at TIMESTAMP WITH TIME ZONE, 
	kind TEXT, 
	PRIMARY KEY (source, annotation_id, position)
);
COMMENT ON COLUMN coco_annotator_annotation_events.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN coco_annotator_annotation_events.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN coco_annotator_annotation_events.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN coco_annotator_annotation_events.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN coco_annotator_annotation_events.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
COMMENT ON COLUMN coco_annotator_annotation_events.annotation_id IS 'Annotation';
COMMENT ON COLUMN coco_annotator_annotation_events.position IS 'Place in the annotation''s list of events, from 0';
COMMENT ON COLUMN coco_annotator_annotation_events.image_id IS 'Image';
COMMENT ON COLUMN coco_annotator_annotation_events.dataset_id IS 'Dataset';
COMMENT ON COLUMN coco_annotator_annotation_events."user" IS 'User name';
COMMENT ON COLUMN coco_annotator_annotation_events.milliseconds IS 'How long, milliseconds';
COMMENT ON COLUMN coco_annotator_annotation_events.tools_used IS 'Tools used';
COMMENT ON COLUMN coco_annotator_annotation_events.created_at IS 'When it ended (UTC)';
COMMENT ON COLUMN coco_annotator_annotation_events.kind IS 'Class of the event';
CREATE INDEX ix_coco_annotator_annotation_events_dataset_id ON coco_annotator_annotation_events (dataset_id);
CREATE INDEX ix_coco_annotator_annotation_events_image_id ON coco_annotator_annotation_events (image_id);
CREATE TABLE coco_annotator_annotations (
	source TEXT NOT NULL, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	content_hash BIGINT, 
	id BIGINT NOT NULL, 
	image_id BIGINT, 
	category_id BIGINT, 
	dataset_id BIGINT, 
	segmentation JSONB, 
	area DOUBLE PRECISION, 
	bbox JSONB, 
	bbox_x DOUBLE PRECISION, 
	bbox_y DOUBLE PRECISION, 
	bbox_width DOUBLE PRECISION, 
	bbox_height DOUBLE PRECISION, 
	iscrowd BOOLEAN, 
	isbbox BOOLEAN, 
	keypoints JSONB, 
	creator TEXT, 
	width BIGINT, 
	height BIGINT, 
	color TEXT, 
	metadata JSONB, 
	milliseconds BIGINT, 
	deleted BOOLEAN, 
	deleted_date TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (source, id)
);
COMMENT ON COLUMN coco_annotator_annotations.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN coco_annotator_annotations.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN coco_annotator_annotations.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN coco_annotator_annotations.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN coco_annotator_annotations.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
COMMENT ON COLUMN coco_annotator_annotations.content_hash IS 'Hash of the record with its parts; tells an unchanged one';
COMMENT ON COLUMN coco_annotator_annotations.id IS 'Id of the annotation';
COMMENT ON COLUMN coco_annotator_annotations.image_id IS 'Image';
COMMENT ON COLUMN coco_annotator_annotations.category_id IS 'Category; may be one that is gone';
COMMENT ON COLUMN coco_annotator_annotations.dataset_id IS 'Dataset';
COMMENT ON COLUMN coco_annotator_annotations.segmentation IS 'Polygons: lists of x, y, x, y, … in pixels';
COMMENT ON COLUMN coco_annotator_annotations.area IS 'Area in square pixels';
COMMENT ON COLUMN coco_annotator_annotations.bbox IS 'Box: x, y, width, height in pixels';
COMMENT ON COLUMN coco_annotator_annotations.bbox_x IS 'Left edge of the box, pixels';
COMMENT ON COLUMN coco_annotator_annotations.bbox_y IS 'Upper edge of the box, pixels';
COMMENT ON COLUMN coco_annotator_annotations.bbox_width IS 'Width of the box, pixels';
COMMENT ON COLUMN coco_annotator_annotations.bbox_height IS 'Height of the box, pixels';
COMMENT ON COLUMN coco_annotator_annotations.iscrowd IS 'Whether it stands for a crowd';
COMMENT ON COLUMN coco_annotator_annotations.isbbox IS 'Whether it was drawn as a box';
COMMENT ON COLUMN coco_annotator_annotations.keypoints IS 'Keypoints: x, y, visibility, …';
COMMENT ON COLUMN coco_annotator_annotations.creator IS 'User name of who made it; ''system'' for an import';
COMMENT ON COLUMN coco_annotator_annotations.width IS 'Width of the image, pixels';
COMMENT ON COLUMN coco_annotator_annotations.height IS 'Height of the image, pixels';
COMMENT ON COLUMN coco_annotator_annotations.color IS 'Colour, #rrggbb';
COMMENT ON COLUMN coco_annotator_annotations.metadata IS 'Metadata';
COMMENT ON COLUMN coco_annotator_annotations.milliseconds IS 'Time people spent on it, milliseconds';
COMMENT ON COLUMN coco_annotator_annotations.deleted IS 'Whether it is deleted';
COMMENT ON COLUMN coco_annotator_annotations.deleted_date IS 'When it was deleted; stays after an undo (UTC)';
CREATE INDEX ix_coco_annotator_annotations_category_id ON coco_annotator_annotations (category_id);
CREATE INDEX ix_coco_annotator_annotations_dataset_id ON coco_annotator_annotations (dataset_id);
CREATE INDEX ix_coco_annotator_annotations_image_id ON coco_annotator_annotations (image_id);
CREATE TABLE coco_annotator_categories (
	source TEXT NOT NULL, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	content_hash BIGINT, 
	id BIGINT NOT NULL, 
	name TEXT, 
	supercategory TEXT, 
	color TEXT, 
	metadata JSONB, 
	creator TEXT, 
	deleted BOOLEAN, 
	deleted_date TIMESTAMP WITH TIME ZONE, 
	keypoint_edges JSONB, 
	keypoint_labels JSONB, 
	keypoint_colors JSONB, 
	PRIMARY KEY (source, id)
);
COMMENT ON COLUMN coco_annotator_categories.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN coco_annotator_categories.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN coco_annotator_categories.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN coco_annotator_categories.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN coco_annotator_categories.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
COMMENT ON COLUMN coco_annotator_categories.content_hash IS 'Hash of the record with its parts; tells an unchanged one';
COMMENT ON COLUMN coco_annotator_categories.id IS 'Id of the category';
COMMENT ON COLUMN coco_annotator_categories.name IS 'Name';
COMMENT ON COLUMN coco_annotator_categories.supercategory IS 'Name of the group it is in';
COMMENT ON COLUMN coco_annotator_categories.color IS 'Colour, #rrggbb';
COMMENT ON COLUMN coco_annotator_categories.metadata IS 'Metadata';
COMMENT ON COLUMN coco_annotator_categories.creator IS 'User name of who made it';
COMMENT ON COLUMN coco_annotator_categories.deleted IS 'Whether it is deleted';
COMMENT ON COLUMN coco_annotator_categories.deleted_date IS 'When it was deleted; stays after an undo (UTC)';
COMMENT ON COLUMN coco_annotator_categories.keypoint_edges IS 'Pairs of keypoints that are joined, counted from 1';
COMMENT ON COLUMN coco_annotator_categories.keypoint_labels IS 'Names of the keypoints';
COMMENT ON COLUMN coco_annotator_categories.keypoint_colors IS 'Colours of the keypoints';
CREATE TABLE coco_annotator_datasets (
	source TEXT NOT NULL, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	content_hash BIGINT, 
	id BIGINT NOT NULL, 
	name TEXT, 
	directory TEXT, 
	categories JSONB, 
	owner TEXT, 
	users JSONB, 
	annotate_url TEXT, 
	default_annotation_metadata JSONB, 
	deleted BOOLEAN, 
	deleted_date TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (source, id)
);
COMMENT ON COLUMN coco_annotator_datasets.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN coco_annotator_datasets.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN coco_annotator_datasets.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN coco_annotator_datasets.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN coco_annotator_datasets.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
COMMENT ON COLUMN coco_annotator_datasets.content_hash IS 'Hash of the record with its parts; tells an unchanged one';
COMMENT ON COLUMN coco_annotator_datasets.id IS 'Id of the dataset';
COMMENT ON COLUMN coco_annotator_datasets.name IS 'Name; unique';
COMMENT ON COLUMN coco_annotator_datasets.directory IS 'Folder on the server; a prefix of its images'' paths';
COMMENT ON COLUMN coco_annotator_datasets.categories IS 'Ids of its categories';
COMMENT ON COLUMN coco_annotator_datasets.owner IS 'User name of the owner';
COMMENT ON COLUMN coco_annotator_datasets.users IS 'User names it is shared with';
COMMENT ON COLUMN coco_annotator_datasets.annotate_url IS 'Address of an annotation service';
COMMENT ON COLUMN coco_annotator_datasets.default_annotation_metadata IS 'Metadata every new annotation gets';
COMMENT ON COLUMN coco_annotator_datasets.deleted IS 'Whether it is deleted; only those that are not are listed';
COMMENT ON COLUMN coco_annotator_datasets.deleted_date IS 'When it was deleted (UTC)';
CREATE TABLE coco_annotator_exports (
	source TEXT NOT NULL, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	content_hash BIGINT, 
	id BIGINT NOT NULL, 
	dataset_id BIGINT, 
	path TEXT, 
	tags JSONB, 
	categories JSONB, 
	created_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (source, id)
);
COMMENT ON COLUMN coco_annotator_exports.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN coco_annotator_exports.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN coco_annotator_exports.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN coco_annotator_exports.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN coco_annotator_exports.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
COMMENT ON COLUMN coco_annotator_exports.content_hash IS 'Hash of the record with its parts; tells an unchanged one';
COMMENT ON COLUMN coco_annotator_exports.id IS 'Id of the export';
COMMENT ON COLUMN coco_annotator_exports.dataset_id IS 'Dataset';
COMMENT ON COLUMN coco_annotator_exports.path IS 'File on the server';
COMMENT ON COLUMN coco_annotator_exports.tags IS 'Categories in it, and other tags';
COMMENT ON COLUMN coco_annotator_exports.categories IS 'Ids of the categories in it';
COMMENT ON COLUMN coco_annotator_exports.created_at IS 'When it was made (UTC)';
CREATE INDEX ix_coco_annotator_exports_dataset_id ON coco_annotator_exports (dataset_id);
CREATE TABLE coco_annotator_image_events (
	source TEXT NOT NULL, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	image_id BIGINT NOT NULL, 
	position BIGINT NOT NULL, 
	dataset_id BIGINT, 
	"user" TEXT, 
	milliseconds BIGINT, 
	tools_used JSONB, 
	created_at TIMESTAMP WITH TIME ZONE, 
	kind TEXT, 
	PRIMARY KEY (source, image_id, position)
);
COMMENT ON COLUMN coco_annotator_image_events.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN coco_annotator_image_events.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN coco_annotator_image_events.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN coco_annotator_image_events.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN coco_annotator_image_events.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
COMMENT ON COLUMN coco_annotator_image_events.image_id IS 'Image';
COMMENT ON COLUMN coco_annotator_image_events.position IS 'Place in the image''s list of events, from 0';
COMMENT ON COLUMN coco_annotator_image_events.dataset_id IS 'Dataset';
COMMENT ON COLUMN coco_annotator_image_events."user" IS 'User name';
COMMENT ON COLUMN coco_annotator_image_events.milliseconds IS 'How long, milliseconds';
COMMENT ON COLUMN coco_annotator_image_events.tools_used IS 'Tools used';
COMMENT ON COLUMN coco_annotator_image_events.created_at IS 'When it ended, if the server noted it (UTC)';
COMMENT ON COLUMN coco_annotator_image_events.kind IS 'Class of the event';
CREATE INDEX ix_coco_annotator_image_events_dataset_id ON coco_annotator_image_events (dataset_id);
CREATE TABLE coco_annotator_images (
	source TEXT NOT NULL, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	content_hash BIGINT, 
	id BIGINT NOT NULL, 
	dataset_id BIGINT, 
	file_name TEXT, 
	path TEXT, 
	width BIGINT, 
	height BIGINT, 
	annotated BOOLEAN, 
	num_annotations BIGINT, 
	category_ids JSONB, 
	metadata JSONB, 
	milliseconds BIGINT, 
	annotating JSONB, 
	regenerate_thumbnail BOOLEAN, 
	is_modified BOOLEAN, 
	thumbnail_url TEXT, 
	image_url TEXT, 
	coco_url TEXT, 
	date_captured JSONB, 
	license JSONB, 
	deleted BOOLEAN, 
	deleted_date TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (source, id)
);
COMMENT ON COLUMN coco_annotator_images.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN coco_annotator_images.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN coco_annotator_images.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN coco_annotator_images.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN coco_annotator_images.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
COMMENT ON COLUMN coco_annotator_images.content_hash IS 'Hash of the record with its parts; tells an unchanged one';
COMMENT ON COLUMN coco_annotator_images.id IS 'Id of the image';
COMMENT ON COLUMN coco_annotator_images.dataset_id IS 'Dataset';
COMMENT ON COLUMN coco_annotator_images.file_name IS 'File name without its folder; not unique';
COMMENT ON COLUMN coco_annotator_images.path IS 'Path on the server; unique';
COMMENT ON COLUMN coco_annotator_images.width IS 'Width in pixels';
COMMENT ON COLUMN coco_annotator_images.height IS 'Height in pixels';
COMMENT ON COLUMN coco_annotator_images.annotated IS 'Whether it counts as annotated';
COMMENT ON COLUMN coco_annotator_images.num_annotations IS 'Annotations, as the server counted them';
COMMENT ON COLUMN coco_annotator_images.category_ids IS 'Ids of the categories annotated in it';
COMMENT ON COLUMN coco_annotator_images.metadata IS 'Metadata';
COMMENT ON COLUMN coco_annotator_images.milliseconds IS 'Time people spent in it, milliseconds';
COMMENT ON COLUMN coco_annotator_images.annotating IS 'Who has it open, when the row last changed';
COMMENT ON COLUMN coco_annotator_images.regenerate_thumbnail IS 'Whether a thumbnail is due';
COMMENT ON COLUMN coco_annotator_images.is_modified IS 'Whether the file watcher saw it change';
COMMENT ON COLUMN coco_annotator_images.thumbnail_url IS 'Address of a thumbnail';
COMMENT ON COLUMN coco_annotator_images.image_url IS 'Address of the image';
COMMENT ON COLUMN coco_annotator_images.coco_url IS 'Address in the COCO collection';
COMMENT ON COLUMN coco_annotator_images.date_captured IS 'When it was taken; the server itself never sets it';
COMMENT ON COLUMN coco_annotator_images.license IS 'Licence';
COMMENT ON COLUMN coco_annotator_images.deleted IS 'Whether it is deleted; only those that are not are listed';
COMMENT ON COLUMN coco_annotator_images.deleted_date IS 'When it was deleted; stays after an undo (UTC)';
CREATE INDEX ix_coco_annotator_images_dataset_id ON coco_annotator_images (dataset_id);
CREATE TABLE coco_annotator_tasks (
	source TEXT NOT NULL, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	content_hash BIGINT, 
	id BIGINT NOT NULL, 
	name TEXT, 
	task_group TEXT, 
	completed BOOLEAN, 
	progress DOUBLE PRECISION, 
	errors BIGINT, 
	warnings BIGINT, 
	priority BIGINT, 
	creator TEXT, 
	description TEXT, 
	PRIMARY KEY (source, id)
);
COMMENT ON COLUMN coco_annotator_tasks.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN coco_annotator_tasks.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN coco_annotator_tasks.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN coco_annotator_tasks.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN coco_annotator_tasks.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
COMMENT ON COLUMN coco_annotator_tasks.content_hash IS 'Hash of the record with its parts; tells an unchanged one';
COMMENT ON COLUMN coco_annotator_tasks.id IS 'Id of the task';
COMMENT ON COLUMN coco_annotator_tasks.name IS 'What it does';
COMMENT ON COLUMN coco_annotator_tasks.task_group IS 'Kind of job';
COMMENT ON COLUMN coco_annotator_tasks.completed IS 'Whether it is done';
COMMENT ON COLUMN coco_annotator_tasks.progress IS 'Progress, percent';
COMMENT ON COLUMN coco_annotator_tasks.errors IS 'Errors';
COMMENT ON COLUMN coco_annotator_tasks.warnings IS 'Warnings';
COMMENT ON COLUMN coco_annotator_tasks.priority IS 'Priority';
COMMENT ON COLUMN coco_annotator_tasks.creator IS 'User name of who started it';
COMMENT ON COLUMN coco_annotator_tasks.description IS 'Description';
CREATE TABLE coco_annotator_users (
	source TEXT NOT NULL, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	content_hash BIGINT, 
	id TEXT NOT NULL, 
	oid TEXT, 
	email TEXT, 
	name TEXT, 
	is_admin BOOLEAN, 
	permissions JSONB, 
	online BOOLEAN, 
	last_seen TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (source, id)
);
COMMENT ON COLUMN coco_annotator_users.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN coco_annotator_users.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN coco_annotator_users.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN coco_annotator_users.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN coco_annotator_users.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
COMMENT ON COLUMN coco_annotator_users.content_hash IS 'Hash of the record with its parts; tells an unchanged one';
COMMENT ON COLUMN coco_annotator_users.id IS 'User name';
COMMENT ON COLUMN coco_annotator_users.oid IS 'Id in the platform''s database; only an administrator is told';
COMMENT ON COLUMN coco_annotator_users.email IS 'E-mail address';
COMMENT ON COLUMN coco_annotator_users.name IS 'Name';
COMMENT ON COLUMN coco_annotator_users.is_admin IS 'Whether the user is an administrator';
COMMENT ON COLUMN coco_annotator_users.permissions IS 'Permissions';
COMMENT ON COLUMN coco_annotator_users.online IS 'Whether the user was there';
COMMENT ON COLUMN coco_annotator_users.last_seen IS 'Last request when the row last changed';
CREATE TABLE qianfan_augmentation_operations (
	source TEXT NOT NULL, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	task_id TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	operation TEXT, 
	PRIMARY KEY (source, task_id, position)
);
COMMENT ON COLUMN qianfan_augmentation_operations.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN qianfan_augmentation_operations.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN qianfan_augmentation_operations.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN qianfan_augmentation_operations.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN qianfan_augmentation_operations.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
COMMENT ON COLUMN qianfan_augmentation_operations.task_id IS 'Augmentation task';
COMMENT ON COLUMN qianfan_augmentation_operations.position IS 'Place in the task''s list, from 0';
COMMENT ON COLUMN qianfan_augmentation_operations.operation IS 'Operation';
CREATE TABLE qianfan_augmentation_tasks (
	source TEXT NOT NULL, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	content_hash BIGINT, 
	id TEXT NOT NULL, 
	numeric_id BIGINT, 
	name TEXT, 
	project_type BIGINT, 
	project_type_name TEXT, 
	source_dataset_id TEXT, 
	source_dataset_numeric_id BIGINT, 
	source_dataset_name TEXT, 
	dest_dataset_id TEXT, 
	dest_dataset_numeric_id BIGINT, 
	dest_dataset_name TEXT, 
	area BIGINT, 
	area_name TEXT, 
	status BIGINT, 
	status_name TEXT, 
	strategy BIGINT, 
	strategy_name TEXT, 
	operations TEXT, 
	start_time TIMESTAMP WITH TIME ZONE, 
	finish_time TIMESTAMP WITH TIME ZONE, 
	fail_reason TEXT, 
	is_self_instruct BOOLEAN, 
	model_name TEXT, 
	PRIMARY KEY (source, id)
);
COMMENT ON COLUMN qianfan_augmentation_tasks.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN qianfan_augmentation_tasks.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN qianfan_augmentation_tasks.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN qianfan_augmentation_tasks.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN qianfan_augmentation_tasks.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
COMMENT ON COLUMN qianfan_augmentation_tasks.content_hash IS 'Hash of the record with its parts; tells an unchanged one';
COMMENT ON COLUMN qianfan_augmentation_tasks.id IS 'Id (strId); ''id:'' and the number where the platform sent none';
COMMENT ON COLUMN qianfan_augmentation_tasks.numeric_id IS 'Old id, about to be retired';
COMMENT ON COLUMN qianfan_augmentation_tasks.name IS 'Name';
COMMENT ON COLUMN qianfan_augmentation_tasks.project_type IS 'Kind of data, as a code';
COMMENT ON COLUMN qianfan_augmentation_tasks.project_type_name IS 'Kind of data';
COMMENT ON COLUMN qianfan_augmentation_tasks.source_dataset_id IS 'Dataset version it reads';
COMMENT ON COLUMN qianfan_augmentation_tasks.source_dataset_numeric_id IS 'Its old id';
COMMENT ON COLUMN qianfan_augmentation_tasks.source_dataset_name IS 'Its name';
COMMENT ON COLUMN qianfan_augmentation_tasks.dest_dataset_id IS 'Dataset version it writes';
COMMENT ON COLUMN qianfan_augmentation_tasks.dest_dataset_numeric_id IS 'Its old id';
COMMENT ON COLUMN qianfan_augmentation_tasks.dest_dataset_name IS 'Its name';
COMMENT ON COLUMN qianfan_augmentation_tasks.area IS 'What is augmented, as a code';
COMMENT ON COLUMN qianfan_augmentation_tasks.area_name IS 'What is augmented';
COMMENT ON COLUMN qianfan_augmentation_tasks.status IS 'State, as a code';
COMMENT ON COLUMN qianfan_augmentation_tasks.status_name IS 'State';
COMMENT ON COLUMN qianfan_augmentation_tasks.strategy IS 'How operations are combined, as a code';
COMMENT ON COLUMN qianfan_augmentation_tasks.strategy_name IS 'How operations are combined';
COMMENT ON COLUMN qianfan_augmentation_tasks.operations IS 'Operations, as sent';
COMMENT ON COLUMN qianfan_augmentation_tasks.start_time IS 'When it began (UTC)';
COMMENT ON COLUMN qianfan_augmentation_tasks.finish_time IS 'When it ended (UTC)';
COMMENT ON COLUMN qianfan_augmentation_tasks.fail_reason IS 'Why it failed; empty if it did not';
COMMENT ON COLUMN qianfan_augmentation_tasks.is_self_instruct IS 'Whether it instructs itself';
COMMENT ON COLUMN qianfan_augmentation_tasks.model_name IS 'Model used';
CREATE INDEX ix_qianfan_augmentation_tasks_dest_dataset_id ON qianfan_augmentation_tasks (dest_dataset_id);
CREATE INDEX ix_qianfan_augmentation_tasks_finish_time ON qianfan_augmentation_tasks (finish_time);
CREATE INDEX ix_qianfan_augmentation_tasks_source_dataset_id ON qianfan_augmentation_tasks (source_dataset_id);
CREATE TABLE qianfan_batch_inference_tasks (
	source TEXT NOT NULL, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	content_hash BIGINT, 
	id TEXT NOT NULL, 
	name TEXT, 
	description TEXT, 
	model_id TEXT, 
	run_status TEXT, 
	progress DOUBLE PRECISION, 
	error_code BIGINT, 
	error_reason TEXT, 
	input_bos_uri TEXT, 
	output_bos_uri TEXT, 
	output_dir TEXT, 
	input_token_usage BIGINT, 
	output_token_usage BIGINT, 
	creator TEXT, 
	create_time TIMESTAMP WITH TIME ZONE, 
	finish_time TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (source, id)
);
COMMENT ON COLUMN qianfan_batch_inference_tasks.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN qianfan_batch_inference_tasks.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN qianfan_batch_inference_tasks.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN qianfan_batch_inference_tasks.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN qianfan_batch_inference_tasks.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
COMMENT ON COLUMN qianfan_batch_inference_tasks.content_hash IS 'Hash of the record with its parts; tells an unchanged one';
COMMENT ON COLUMN qianfan_batch_inference_tasks.id IS 'Id (taskId)';
COMMENT ON COLUMN qianfan_batch_inference_tasks.name IS 'Name';
COMMENT ON COLUMN qianfan_batch_inference_tasks.description IS 'Description';
COMMENT ON COLUMN qianfan_batch_inference_tasks.model_id IS 'Model';
COMMENT ON COLUMN qianfan_batch_inference_tasks.run_status IS 'State';
COMMENT ON COLUMN qianfan_batch_inference_tasks.progress IS 'Progress';
COMMENT ON COLUMN qianfan_batch_inference_tasks.error_code IS 'Code of the error';
COMMENT ON COLUMN qianfan_batch_inference_tasks.error_reason IS 'What went wrong';
COMMENT ON COLUMN qianfan_batch_inference_tasks.input_bos_uri IS 'Where the input lies';
COMMENT ON COLUMN qianfan_batch_inference_tasks.output_bos_uri IS 'Where the output lies';
COMMENT ON COLUMN qianfan_batch_inference_tasks.output_dir IS 'Folder of the output';
COMMENT ON COLUMN qianfan_batch_inference_tasks.input_token_usage IS 'Tokens read';
COMMENT ON COLUMN qianfan_batch_inference_tasks.output_token_usage IS 'Tokens written';
COMMENT ON COLUMN qianfan_batch_inference_tasks.creator IS 'Who made it';
COMMENT ON COLUMN qianfan_batch_inference_tasks.create_time IS 'When it was made (UTC)';
COMMENT ON COLUMN qianfan_batch_inference_tasks.finish_time IS 'When it ended (UTC)';
CREATE INDEX ix_qianfan_batch_inference_tasks_model_id ON qianfan_batch_inference_tasks (model_id);
CREATE TABLE qianfan_dataset_versions (
	source TEXT NOT NULL, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	content_hash BIGINT, 
	id TEXT NOT NULL, 
	dataset_id TEXT, 
	version_number BIGINT, 
	import_status TEXT, 
	publish_status TEXT, 
	entity_count BIGINT, 
	character_count BIGINT, 
	description TEXT, 
	creator TEXT, 
	create_time TIMESTAMP WITH TIME ZONE, 
	modify_time TIMESTAMP WITH TIME ZONE, 
	publish_time TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (source, id)
);
COMMENT ON COLUMN qianfan_dataset_versions.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN qianfan_dataset_versions.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN qianfan_dataset_versions.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN qianfan_dataset_versions.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN qianfan_dataset_versions.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
COMMENT ON COLUMN qianfan_dataset_versions.content_hash IS 'Hash of the record with its parts; tells an unchanged one';
COMMENT ON COLUMN qianfan_dataset_versions.id IS 'Id (versionId)';
COMMENT ON COLUMN qianfan_dataset_versions.dataset_id IS 'Dataset';
COMMENT ON COLUMN qianfan_dataset_versions.version_number IS 'Number of the version';
COMMENT ON COLUMN qianfan_dataset_versions.import_status IS 'State of the import';
COMMENT ON COLUMN qianfan_dataset_versions.publish_status IS 'State of the publication';
COMMENT ON COLUMN qianfan_dataset_versions.entity_count IS 'Samples';
COMMENT ON COLUMN qianfan_dataset_versions.character_count IS 'Characters';
COMMENT ON COLUMN qianfan_dataset_versions.description IS 'Description';
COMMENT ON COLUMN qianfan_dataset_versions.creator IS 'Who made it';
COMMENT ON COLUMN qianfan_dataset_versions.create_time IS 'When it was made (UTC)';
COMMENT ON COLUMN qianfan_dataset_versions.modify_time IS 'When it last changed (UTC)';
COMMENT ON COLUMN qianfan_dataset_versions.publish_time IS 'When it was published (UTC)';
CREATE INDEX ix_qianfan_dataset_versions_dataset_id ON qianfan_dataset_versions (dataset_id);
CREATE TABLE qianfan_datasets (
	source TEXT NOT NULL, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	content_hash BIGINT, 
	id TEXT NOT NULL, 
	dataset_name TEXT, 
	data_format TEXT, 
	description TEXT, 
	creator TEXT, 
	create_time TIMESTAMP WITH TIME ZONE, 
	modify_time TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (source, id)
);
COMMENT ON COLUMN qianfan_datasets.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN qianfan_datasets.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN qianfan_datasets.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN qianfan_datasets.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN qianfan_datasets.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
COMMENT ON COLUMN qianfan_datasets.content_hash IS 'Hash of the record with its parts; tells an unchanged one';
COMMENT ON COLUMN qianfan_datasets.id IS 'Id (datasetId)';
COMMENT ON COLUMN qianfan_datasets.dataset_name IS 'Name';
COMMENT ON COLUMN qianfan_datasets.data_format IS 'Format of the data';
COMMENT ON COLUMN qianfan_datasets.description IS 'Description';
COMMENT ON COLUMN qianfan_datasets.creator IS 'Who made it';
COMMENT ON COLUMN qianfan_datasets.create_time IS 'When it was made (UTC)';
COMMENT ON COLUMN qianfan_datasets.modify_time IS 'When it last changed (UTC)';
CREATE TABLE qianfan_etl_tasks (
	source TEXT NOT NULL, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	content_hash BIGINT, 
	id TEXT NOT NULL, 
	numeric_id BIGINT, 
	source_dataset_id TEXT, 
	source_dataset_name TEXT, 
	dest_dataset_id TEXT, 
	dest_dataset_name TEXT, 
	operator_name_list JSONB, 
	entity_count BIGINT, 
	entity_type BIGINT, 
	result JSONB, 
	process_status BIGINT, 
	process_status_name TEXT, 
	status BIGINT, 
	err_code BIGINT, 
	err_msg TEXT, 
	create_time TIMESTAMP WITH TIME ZONE, 
	start_time TIMESTAMP WITH TIME ZONE, 
	finish_time TIMESTAMP WITH TIME ZONE, 
	modify_time TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (source, id)
);
COMMENT ON COLUMN qianfan_etl_tasks.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN qianfan_etl_tasks.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN qianfan_etl_tasks.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN qianfan_etl_tasks.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN qianfan_etl_tasks.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
COMMENT ON COLUMN qianfan_etl_tasks.content_hash IS 'Hash of the record with its parts; tells an unchanged one';
COMMENT ON COLUMN qianfan_etl_tasks.id IS 'Id (etlStrId); ''id:'' and the number where the platform sent none';
COMMENT ON COLUMN qianfan_etl_tasks.numeric_id IS 'Old id';
COMMENT ON COLUMN qianfan_etl_tasks.source_dataset_id IS 'Dataset version it reads';
COMMENT ON COLUMN qianfan_etl_tasks.source_dataset_name IS 'Its name';
COMMENT ON COLUMN qianfan_etl_tasks.dest_dataset_id IS 'Dataset version it writes';
COMMENT ON COLUMN qianfan_etl_tasks.dest_dataset_name IS 'Its name';
COMMENT ON COLUMN qianfan_etl_tasks.operator_name_list IS 'Operators it applies';
COMMENT ON COLUMN qianfan_etl_tasks.entity_count IS 'Samples';
COMMENT ON COLUMN qianfan_etl_tasks.entity_type IS 'Kind of samples, as a code';
COMMENT ON COLUMN qianfan_etl_tasks.result IS 'What each operator did';
COMMENT ON COLUMN qianfan_etl_tasks.process_status IS 'State, as a code';
COMMENT ON COLUMN qianfan_etl_tasks.process_status_name IS 'State';
COMMENT ON COLUMN qianfan_etl_tasks.status IS 'Status the platform sends beside it';
COMMENT ON COLUMN qianfan_etl_tasks.err_code IS 'Code of the error';
COMMENT ON COLUMN qianfan_etl_tasks.err_msg IS 'What went wrong';
COMMENT ON COLUMN qianfan_etl_tasks.create_time IS 'When it was made (UTC)';
COMMENT ON COLUMN qianfan_etl_tasks.start_time IS 'When it began (UTC)';
COMMENT ON COLUMN qianfan_etl_tasks.finish_time IS 'When it ended (UTC)';
COMMENT ON COLUMN qianfan_etl_tasks.modify_time IS 'When it last changed (UTC)';
CREATE INDEX ix_qianfan_etl_tasks_dest_dataset_id ON qianfan_etl_tasks (dest_dataset_id);
CREATE INDEX ix_qianfan_etl_tasks_source_dataset_id ON qianfan_etl_tasks (source_dataset_id);
CREATE TABLE qianfan_finetune_jobs (
	source TEXT NOT NULL, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	content_hash BIGINT, 
	id TEXT NOT NULL, 
	name TEXT, 
	description TEXT, 
	model TEXT, 
	train_mode TEXT, 
	create_date TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (source, id)
);
COMMENT ON COLUMN qianfan_finetune_jobs.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN qianfan_finetune_jobs.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN qianfan_finetune_jobs.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN qianfan_finetune_jobs.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN qianfan_finetune_jobs.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
COMMENT ON COLUMN qianfan_finetune_jobs.content_hash IS 'Hash of the record with its parts; tells an unchanged one';
COMMENT ON COLUMN qianfan_finetune_jobs.id IS 'Id (jobId)';
COMMENT ON COLUMN qianfan_finetune_jobs.name IS 'Name';
COMMENT ON COLUMN qianfan_finetune_jobs.description IS 'Description';
COMMENT ON COLUMN qianfan_finetune_jobs.model IS 'Model trained';
COMMENT ON COLUMN qianfan_finetune_jobs.train_mode IS 'Kind of training';
COMMENT ON COLUMN qianfan_finetune_jobs.create_date IS 'When it was made (UTC)';
CREATE TABLE qianfan_finetune_tasks (
	source TEXT NOT NULL, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	content_hash BIGINT, 
	id TEXT NOT NULL, 
	job_id TEXT, 
	job_name TEXT, 
	model TEXT, 
	train_mode TEXT, 
	parameter_scale TEXT, 
	run_status TEXT, 
	run_progress JSONB, 
	hyper_params JSONB, 
	metrics JSONB, 
	checkpoints JSONB, 
	create_date TIMESTAMP WITH TIME ZONE, 
	finish_date TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (source, id)
);
COMMENT ON COLUMN qianfan_finetune_tasks.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN qianfan_finetune_tasks.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN qianfan_finetune_tasks.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN qianfan_finetune_tasks.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN qianfan_finetune_tasks.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
COMMENT ON COLUMN qianfan_finetune_tasks.content_hash IS 'Hash of the record with its parts; tells an unchanged one';
COMMENT ON COLUMN qianfan_finetune_tasks.id IS 'Id (taskId)';
COMMENT ON COLUMN qianfan_finetune_tasks.job_id IS 'Job';
COMMENT ON COLUMN qianfan_finetune_tasks.job_name IS 'Name of the job';
COMMENT ON COLUMN qianfan_finetune_tasks.model IS 'Model trained';
COMMENT ON COLUMN qianfan_finetune_tasks.train_mode IS 'Kind of training';
COMMENT ON COLUMN qianfan_finetune_tasks.parameter_scale IS 'Which parameters are trained';
COMMENT ON COLUMN qianfan_finetune_tasks.run_status IS 'State';
COMMENT ON COLUMN qianfan_finetune_tasks.run_progress IS 'Progress';
COMMENT ON COLUMN qianfan_finetune_tasks.hyper_params IS 'Hyperparameters';
COMMENT ON COLUMN qianfan_finetune_tasks.metrics IS 'Metrics';
COMMENT ON COLUMN qianfan_finetune_tasks.checkpoints IS 'Checkpoints';
COMMENT ON COLUMN qianfan_finetune_tasks.create_date IS 'When it was made (UTC)';
COMMENT ON COLUMN qianfan_finetune_tasks.finish_date IS 'When it ended (UTC)';
CREATE INDEX ix_qianfan_finetune_tasks_job_id ON qianfan_finetune_tasks (job_id);
CREATE TABLE qianfan_text_augmentation_tasks (
	source TEXT NOT NULL, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	content_hash BIGINT, 
	id TEXT NOT NULL, 
	task_name TEXT, 
	status TEXT, 
	task_type TEXT, 
	src_dataset_version_id TEXT, 
	dst_dataset_version_id TEXT, 
	creator TEXT, 
	create_time TIMESTAMP WITH TIME ZONE, 
	finish_time TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (source, id)
);
COMMENT ON COLUMN qianfan_text_augmentation_tasks.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN qianfan_text_augmentation_tasks.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN qianfan_text_augmentation_tasks.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN qianfan_text_augmentation_tasks.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN qianfan_text_augmentation_tasks.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
COMMENT ON COLUMN qianfan_text_augmentation_tasks.content_hash IS 'Hash of the record with its parts; tells an unchanged one';
COMMENT ON COLUMN qianfan_text_augmentation_tasks.id IS 'Id (taskId)';
COMMENT ON COLUMN qianfan_text_augmentation_tasks.task_name IS 'Name';
COMMENT ON COLUMN qianfan_text_augmentation_tasks.status IS 'Running, Stopped, Succeeded or Failed';
COMMENT ON COLUMN qianfan_text_augmentation_tasks.task_type IS 'Kind of task';
COMMENT ON COLUMN qianfan_text_augmentation_tasks.src_dataset_version_id IS 'Dataset version it reads';
COMMENT ON COLUMN qianfan_text_augmentation_tasks.dst_dataset_version_id IS 'Dataset version it writes';
COMMENT ON COLUMN qianfan_text_augmentation_tasks.creator IS 'Who made it';
COMMENT ON COLUMN qianfan_text_augmentation_tasks.create_time IS 'When it was made (UTC)';
COMMENT ON COLUMN qianfan_text_augmentation_tasks.finish_time IS 'When it ended, if sent (UTC)';
CREATE INDEX ix_qianfan_text_augmentation_tasks_dst_dataset_version_id ON qianfan_text_augmentation_tasks (dst_dataset_version_id);
CREATE INDEX ix_qianfan_text_augmentation_tasks_src_dataset_version_id ON qianfan_text_augmentation_tasks (src_dataset_version_id);
CREATE TABLE sync_digests (
	source TEXT NOT NULL, 
	table_name TEXT NOT NULL, 
	part TEXT NOT NULL, 
	known TEXT, 
	PRIMARY KEY (source, table_name, part)
);
COMMENT ON COLUMN sync_digests.source IS 'Name of the source';
COMMENT ON COLUMN sync_digests.table_name IS 'The table';
COMMENT ON COLUMN sync_digests.part IS 'Part of the stream, such as a project''s id; empty if it has none';
COMMENT ON COLUMN sync_digests.known IS 'Live rows, their newest time and sums, as JSON';
CREATE INDEX ix_label_studio_annotations_updated_at ON label_studio_annotations (updated_at);
CREATE INDEX ix_label_studio_predictions_updated_at ON label_studio_predictions (updated_at);
CREATE INDEX ix_label_studio_tasks_gone ON label_studio_tasks (source, id) WHERE deleted_at IS NOT NULL;
CREATE TABLE label_studio_import_items (
	source TEXT NOT NULL, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	content_hash BIGINT, 
	import_id BIGINT NOT NULL, 
	position BIGINT NOT NULL, 
	line BIGINT, 
	external_key TEXT, 
	outcome TEXT, 
	task_id BIGINT, 
	PRIMARY KEY (source, import_id, position)
);
COMMENT ON COLUMN label_studio_import_items.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN label_studio_import_items.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN label_studio_import_items.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN label_studio_import_items.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN label_studio_import_items.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
COMMENT ON COLUMN label_studio_import_items.content_hash IS 'Hash of the record with its parts; tells an unchanged one';
COMMENT ON COLUMN label_studio_import_items.import_id IS 'The batch (label_studio_imports.id)';
COMMENT ON COLUMN label_studio_import_items.position IS 'Place of the record in its file, from 1';
COMMENT ON COLUMN label_studio_import_items.line IS 'Line of the file at which the record begins';
COMMENT ON COLUMN label_studio_import_items.external_key IS 'Content of the field named by --key';
COMMENT ON COLUMN label_studio_import_items.outcome IS 'created, updated, skipped, rejected or abandoned; NULL until then';
COMMENT ON COLUMN label_studio_import_items.task_id IS 'Task the line became, or is already';
CREATE INDEX ix_label_studio_import_items_key ON label_studio_import_items (source, external_key);
CREATE INDEX ix_label_studio_import_items_task_id ON label_studio_import_items (task_id);
CREATE TABLE label_studio_imports (
	source TEXT NOT NULL, 
	extra JSONB, 
	first_synced_at TIMESTAMP WITH TIME ZONE, 
	synced_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	id BIGINT NOT NULL, 
	job_id BIGINT, 
	project_id BIGINT, 
	session TEXT, 
	batch BIGINT, 
	file TEXT, 
	status TEXT, 
	task_count BIGINT, 
	annotation_count BIGINT, 
	prediction_count BIGINT, 
	error TEXT, 
	submitted_at TIMESTAMP WITH TIME ZONE, 
	finished_at TIMESTAMP WITH TIME ZONE, 
	options JSONB, 
	PRIMARY KEY (source, id)
);
COMMENT ON COLUMN label_studio_imports.source IS 'Name of the source in the configuration';
COMMENT ON COLUMN label_studio_imports.extra IS 'Fields of the record that no column claims';
COMMENT ON COLUMN label_studio_imports.first_synced_at IS 'When the mirror first wrote this row (UTC)';
COMMENT ON COLUMN label_studio_imports.synced_at IS 'When the mirror last changed this row (UTC)';
COMMENT ON COLUMN label_studio_imports.deleted_at IS 'When the mirror found the row gone (UTC); values kept';
COMMENT ON COLUMN label_studio_imports.id IS 'Number of the batch in this mirror';
COMMENT ON COLUMN label_studio_imports.job_id IS 'Id of the server''s job; NULL where it imports while it answers';
COMMENT ON COLUMN label_studio_imports.project_id IS 'Project';
COMMENT ON COLUMN label_studio_imports.session IS 'Import of one file, which its batches share; NULL for a job begun elsewhere';
COMMENT ON COLUMN label_studio_imports.batch IS 'Number of the batch in its file, from 1';
COMMENT ON COLUMN label_studio_imports.file IS 'File the tasks come from; - is standard input';
COMMENT ON COLUMN label_studio_imports.status IS 'reading, prepared, sending, created, in_progress, taken, completed or failed';
COMMENT ON COLUMN label_studio_imports.task_count IS 'Tasks the server made';
COMMENT ON COLUMN label_studio_imports.annotation_count IS 'Annotations that came with them';
COMMENT ON COLUMN label_studio_imports.prediction_count IS 'Predictions that came with them';
COMMENT ON COLUMN label_studio_imports.error IS 'What went wrong';
COMMENT ON COLUMN label_studio_imports.submitted_at IS 'When the batch was sent (UTC, this machine''s clock)';
COMMENT ON COLUMN label_studio_imports.finished_at IS 'When it was found to have ended (UTC)';
COMMENT ON COLUMN label_studio_imports.options IS 'How the file is read, and what becomes of its tasks';
CREATE INDEX ix_label_studio_imports_job_id ON label_studio_imports (job_id);
CREATE INDEX ix_label_studio_imports_project_id ON label_studio_imports (project_id);
CREATE INDEX ix_label_studio_imports_session ON label_studio_imports (session);
CREATE INDEX ix_label_studio_import_items_hash ON label_studio_import_items (source, content_hash);
INSERT INTO alembic_version (version_num) VALUES ('0006');
INSERT INTO sync_watermarks ("source", "stream", "part", "watermark", "state", "unfinished", "run_id", "updated_at") VALUES ('labels', '', 'realm', NULL, 'organisation 1', NULL, 1, '2026-11-22 07:39:40.647286');
INSERT INTO sync_watermarks ("source", "stream", "part", "watermark", "state", "unfinished", "run_id", "updated_at") VALUES ('labels', 'tasks', '1', '2026-11-21 12:00:00.000037', '{"asked": [4, "2026-11-21 12:00:00.000037", 2, 0], "settled": true}', false, 1, '2026-11-22 07:39:40.663037');
INSERT INTO sync_watermarks ("source", "stream", "part", "watermark", "state", "unfinished", "run_id", "updated_at") VALUES ('labels', 'full:tasks', '1', NULL, NULL, NULL, 1, '2026-11-22 07:39:40.663037');
INSERT INTO sync_watermarks ("source", "stream", "part", "watermark", "state", "unfinished", "run_id", "updated_at") VALUES ('labels', 'predictions', '1', '2026-11-21 12:00:00.000037', '{"versions": [0], "checked": true}', false, 1, '2026-11-22 07:39:40.670788');
INSERT INTO sync_watermarks ("source", "stream", "part", "watermark", "state", "unfinished", "run_id", "updated_at") VALUES ('labels', 'full:predictions', '1', NULL, NULL, NULL, 1, '2026-11-22 07:39:40.670788');
INSERT INTO label_studio_annotations ("source", "id", "task_id", "project_id", "completed_by_id", "updated_by_id", "last_created_by_id", "was_cancelled", "ground_truth", "created_at", "updated_at", "draft_created_at", "lead_time", "import_id", "last_action", "bulk_created", "parent_prediction_id", "parent_annotation_id", "extra", "first_synced_at", "synced_at", "deleted_at") VALUES ('labels', 1, 1, 1, 1, 1, 1, false, false, '2026-11-21 12:00:00.000000', '2026-11-21 12:00:00.000029', NULL, NULL, NULL, NULL, false, NULL, NULL, NULL, '2026-11-22 07:39:40.663037', '2026-11-22 07:39:40.663037', NULL);
INSERT INTO label_studio_annotations ("source", "id", "task_id", "project_id", "completed_by_id", "updated_by_id", "last_created_by_id", "was_cancelled", "ground_truth", "created_at", "updated_at", "draft_created_at", "lead_time", "import_id", "last_action", "bulk_created", "parent_prediction_id", "parent_annotation_id", "extra", "first_synced_at", "synced_at", "deleted_at") VALUES ('labels', 2, 2, 1, 1, 1, 1, false, false, '2026-11-21 12:00:00.000000', '2026-11-21 12:00:00.000029', NULL, NULL, NULL, NULL, false, NULL, NULL, NULL, '2026-11-22 07:39:40.663037', '2026-11-22 07:39:40.663037', NULL);
INSERT INTO label_studio_projects ("source", "id", "title", "description", "organization_id", "created_by_id", "created_by", "created_at", "label_config", "parsed_label_config", "expert_instruction", "show_instruction", "show_skip_button", "enable_empty_annotation", "show_annotation_history", "color", "maximum_annotations", "min_annotations_to_start_training", "is_published", "is_draft", "model_version", "start_training_on_annotation_update", "show_collab_predictions", "evaluate_predictions_automatically", "reveal_preannotations_interactively", "annotator_evaluation_enabled", "sampling", "show_ground_truth_first", "show_overlap_first", "overlap_cohort_percentage", "skip_queue", "control_weights", "pinned_at", "state", "task_number", "finished_task_number", "num_tasks_with_annotations", "total_annotations_number", "total_predictions_number", "useful_annotation_number", "ground_truth_number", "skipped_annotations_number", "extra", "content_hash", "first_synced_at", "synced_at", "deleted_at") VALUES ('labels', 1, 'Boxes', '', 1, 1, '{"id":1,"first_name":"","last_name":"","email":"admin@example.com","avatar":null}', '2026-11-21 12:00:00.000000', '<View></View>', '{}', '', false, true, true, false, '#FFFFFF', 1, 0, false, false, '', false, true, false, false, false, 'Sequential sampling', false, false, 100, 'REQUEUE_FOR_OTHERS', '{}', NULL, NULL, 4, 2, 2, 2, 0, 2, 0, 0, NULL, -9189322060237300342, '2026-11-22 07:39:40.655605', '2026-11-22 07:39:40.655605', NULL);
INSERT INTO label_studio_result_labels ("source", "owner", "owner_id", "position", "rank", "task_id", "project_id", "label", "path", "extra", "first_synced_at", "synced_at", "deleted_at") VALUES ('labels', 'annotation', 1, 0, 0, 1, 1, 'Car', NULL, NULL, '2026-11-22 07:39:40.663037', '2026-11-22 07:39:40.663037', NULL);
INSERT INTO label_studio_result_labels ("source", "owner", "owner_id", "position", "rank", "task_id", "project_id", "label", "path", "extra", "first_synced_at", "synced_at", "deleted_at") VALUES ('labels', 'annotation', 1, 0, 1, 1, 1, 'Bus', NULL, NULL, '2026-11-22 07:39:40.663037', '2026-11-22 07:39:40.663037', NULL);
INSERT INTO label_studio_result_labels ("source", "owner", "owner_id", "position", "rank", "task_id", "project_id", "label", "path", "extra", "first_synced_at", "synced_at", "deleted_at") VALUES ('labels', 'annotation', 2, 0, 0, 2, 1, 'Car', NULL, NULL, '2026-11-22 07:39:40.663037', '2026-11-22 07:39:40.663037', NULL);
INSERT INTO label_studio_result_labels ("source", "owner", "owner_id", "position", "rank", "task_id", "project_id", "label", "path", "extra", "first_synced_at", "synced_at", "deleted_at") VALUES ('labels', 'annotation', 2, 0, 1, 2, 1, 'Bus', NULL, NULL, '2026-11-22 07:39:40.663037', '2026-11-22 07:39:40.663037', NULL);
INSERT INTO label_studio_results ("source", "owner", "owner_id", "position", "task_id", "project_id", "region_id", "parent_region_id", "item_index", "type", "from_name", "to_name", "origin", "score", "original_width", "original_height", "image_rotation", "hidden", "readonly", "locked", "meta", "x", "y", "width", "height", "rotation", "radius_x", "radius_y", "start_num", "end_num", "start_text", "end_text", "start_offset", "end_offset", "channel", "number_value", "rating", "datetime_value", "value", "text", "extra", "first_synced_at", "synced_at", "deleted_at") VALUES ('labels', 'annotation', 1, 0, 1, 1, 'a', NULL, NULL, 'rectanglelabels', 'box', 'image', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1.5, 2.0, 30.0, 40.0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{"x":1.5,"y":2,"width":30,"height":40,"rectanglelabels":["Car","Bus"]}', NULL, NULL, '2026-11-22 07:39:40.663037', '2026-11-22 07:39:40.663037', NULL);
INSERT INTO label_studio_results ("source", "owner", "owner_id", "position", "task_id", "project_id", "region_id", "parent_region_id", "item_index", "type", "from_name", "to_name", "origin", "score", "original_width", "original_height", "image_rotation", "hidden", "readonly", "locked", "meta", "x", "y", "width", "height", "rotation", "radius_x", "radius_y", "start_num", "end_num", "start_text", "end_text", "start_offset", "end_offset", "channel", "number_value", "rating", "datetime_value", "value", "text", "extra", "first_synced_at", "synced_at", "deleted_at") VALUES ('labels', 'annotation', 2, 0, 2, 1, 'a', NULL, NULL, 'rectanglelabels', 'box', 'image', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1.5, 2.0, 30.0, 40.0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{"x":1.5,"y":2,"width":30,"height":40,"rectanglelabels":["Car","Bus"]}', NULL, NULL, '2026-11-22 07:39:40.663037', '2026-11-22 07:39:40.663037', NULL);
INSERT INTO label_studio_tasks ("source", "id", "project_id", "inner_id", "data", "meta", "created_at", "updated_at", "updated_by_id", "updated_by", "is_labeled", "overlap", "total_annotations", "cancelled_annotations", "total_predictions", "file_upload", "extra", "content_hash", "first_synced_at", "synced_at", "deleted_at") VALUES ('labels', 1, 1, 1, '{"n":0}', '{}', '2026-11-21 12:00:00.000000', '2026-11-21 12:00:00.000000', 1, '[{"user_id":1}]', true, 1, 1, 0, 0, NULL, NULL, -2924550982287015782, '2026-11-22 07:39:40.663037', '2026-11-22 07:39:40.663037', NULL);
INSERT INTO label_studio_tasks ("source", "id", "project_id", "inner_id", "data", "meta", "created_at", "updated_at", "updated_by_id", "updated_by", "is_labeled", "overlap", "total_annotations", "cancelled_annotations", "total_predictions", "file_upload", "extra", "content_hash", "first_synced_at", "synced_at", "deleted_at") VALUES ('labels', 2, 1, 2, '{"n":1}', '{}', '2026-11-21 12:00:00.000000', '2026-11-21 12:00:00.000000', 1, '[{"user_id":1}]', true, 1, 1, 0, 0, NULL, NULL, -1169664152164588962, '2026-11-22 07:39:40.663037', '2026-11-22 07:39:40.663037', NULL);
INSERT INTO label_studio_tasks ("source", "id", "project_id", "inner_id", "data", "meta", "created_at", "updated_at", "updated_by_id", "updated_by", "is_labeled", "overlap", "total_annotations", "cancelled_annotations", "total_predictions", "file_upload", "extra", "content_hash", "first_synced_at", "synced_at", "deleted_at") VALUES ('labels', 3, 1, 3, '{"n":2}', '{}', '2026-11-21 12:00:00.000000', '2026-11-21 12:00:00.000037', NULL, '[]', false, 1, 0, 0, 0, NULL, NULL, -1190665168603089804, '2026-11-22 07:39:40.663037', '2026-11-22 07:39:40.663037', NULL);
INSERT INTO label_studio_tasks ("source", "id", "project_id", "inner_id", "data", "meta", "created_at", "updated_at", "updated_by_id", "updated_by", "is_labeled", "overlap", "total_annotations", "cancelled_annotations", "total_predictions", "file_upload", "extra", "content_hash", "first_synced_at", "synced_at", "deleted_at") VALUES ('labels', 4, 1, 4, '{"n":3}', '{}', '2026-11-21 12:00:00.000000', '2026-11-21 12:00:00.000037', NULL, '[]', false, 1, 0, 0, 0, NULL, NULL, 771571529053922423, '2026-11-22 07:39:40.663037', '2026-11-22 07:39:40.663037', NULL);
INSERT INTO label_studio_users ("source", "id", "username", "email", "first_name", "last_name", "initials", "phone", "avatar", "active_organization", "active_organization_meta", "allow_newsletters", "date_joined", "custom_hotkeys", "last_activity", "extra", "content_hash", "first_synced_at", "synced_at", "deleted_at") VALUES ('labels', 1, 'admin', 'admin@example.com', '', '', 'AD', '', NULL, 1, '{"title":"Label Studio","email":"admin@example.com"}', NULL, '2026-11-21 12:00:00.000000', '{}', '2026-11-21 12:00:00.000000', NULL, 6891737335926699954, '2026-11-22 07:39:40.650571', '2026-11-22 07:39:40.650571', NULL);
INSERT INTO sync_digests ("source", "table_name", "part", "known") VALUES ('labels', 'label_studio_tasks', '1', '{"count": 4, "newest": "2026-11-21 12:00:00.000037", "sums": {"total_annotations": 2, "total_predictions": 0}}');
