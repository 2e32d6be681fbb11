BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0006');
CREATE TABLE coco_annotator_annotation_events (
	source TEXT NOT NULL, 
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	annotation_id BIGINT NOT NULL, 
	position BIGINT NOT NULL, 
	image_id BIGINT, 
	dataset_id BIGINT, 
	user TEXT, 
	milliseconds BIGINT, 
	tools_used TEXT, 
	created_at TEXT, 
	kind TEXT, 
	PRIMARY KEY (source, annotation_id, position)
);
CREATE TABLE coco_annotator_annotations (
	source TEXT NOT NULL, 
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	content_hash BIGINT, 
	id BIGINT NOT NULL, 
	image_id BIGINT, 
	category_id BIGINT, 
	dataset_id BIGINT, 
	segmentation TEXT, 
	area DOUBLE, 
	bbox TEXT, 
	bbox_x DOUBLE, 
	bbox_y DOUBLE, 
	bbox_width DOUBLE, 
	bbox_height DOUBLE, 
	iscrowd BOOLEAN, 
	isbbox BOOLEAN, 
	keypoints TEXT, 
	creator TEXT, 
	width BIGINT, 
	height BIGINT, 
	color TEXT, 
	metadata TEXT, 
	milliseconds BIGINT, 
	deleted BOOLEAN, 
	deleted_date TEXT, 
	PRIMARY KEY (source, id)
);
CREATE TABLE coco_annotator_categories (
	source TEXT NOT NULL, 
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	content_hash BIGINT, 
	id BIGINT NOT NULL, 
	name TEXT, 
	supercategory TEXT, 
	color TEXT, 
	metadata TEXT, 
	creator TEXT, 
	deleted BOOLEAN, 
	deleted_date TEXT, 
	keypoint_edges TEXT, 
	keypoint_labels TEXT, 
	keypoint_colors TEXT, 
	PRIMARY KEY (source, id)
);
CREATE TABLE coco_annotator_datasets (
	source TEXT NOT NULL, 
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	content_hash BIGINT, 
	id BIGINT NOT NULL, 
	name TEXT, 
	directory TEXT, 
	categories TEXT, 
	owner TEXT, 
	users TEXT, 
	annotate_url TEXT, 
	default_annotation_metadata TEXT, 
	deleted BOOLEAN, 
	deleted_date TEXT, 
	PRIMARY KEY (source, id)
);
CREATE TABLE coco_annotator_exports (
	source TEXT NOT NULL, 
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	content_hash BIGINT, 
	id BIGINT NOT NULL, 
	dataset_id BIGINT, 
	path TEXT, 
	tags TEXT, 
	categories TEXT, 
	created_at TEXT, 
	PRIMARY KEY (source, id)
);
CREATE TABLE coco_annotator_image_events (
	source TEXT NOT NULL, 
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	image_id BIGINT NOT NULL, 
	position BIGINT NOT NULL, 
	dataset_id BIGINT, 
	user TEXT, 
	milliseconds BIGINT, 
	tools_used TEXT, 
	created_at TEXT, 
	kind TEXT, 
	PRIMARY KEY (source, image_id, position)
);
CREATE TABLE coco_annotator_images (
	source TEXT NOT NULL, 
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	content_hash BIGINT, 
	id BIGINT NOT NULL, 
	dataset_id BIGINT, 
	file_name TEXT, 
	path TEXT, 
	width BIGINT, 
	height BIGINT, 
	annotated BOOLEAN, 
	num_annotations BIGINT, 
	category_ids TEXT, 
	metadata TEXT, 
	milliseconds BIGINT, 
	annotating TEXT, 
	regenerate_thumbnail BOOLEAN, 
	is_modified BOOLEAN, 
	thumbnail_url TEXT, 
	image_url TEXT, 
	coco_url TEXT, 
	date_captured TEXT, 
	license TEXT, 
	deleted BOOLEAN, 
	deleted_date TEXT, 
	PRIMARY KEY (source, id)
);
CREATE TABLE coco_annotator_tasks (
	source TEXT NOT NULL, 
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	content_hash BIGINT, 
	id BIGINT NOT NULL, 
	name TEXT, 
	task_group TEXT, 
	completed BOOLEAN, 
	progress DOUBLE, 
	errors BIGINT, 
	warnings BIGINT, 
	priority BIGINT, 
	creator TEXT, 
	description TEXT, 
	PRIMARY KEY (source, id)
);
CREATE TABLE coco_annotator_users (
	source TEXT NOT NULL, 
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	content_hash BIGINT, 
	id TEXT NOT NULL, 
	oid TEXT, 
	email TEXT, 
	name TEXT, 
	is_admin BOOLEAN, 
	permissions TEXT, 
	online BOOLEAN, 
	last_seen TEXT, 
	PRIMARY KEY (source, id)
);
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
	created_at TEXT, 
	updated_at TEXT, 
	draft_created_at TEXT, 
	lead_time DOUBLE, 
	import_id BIGINT, 
	last_action TEXT, 
	bulk_created BOOLEAN, 
	parent_prediction_id BIGINT, 
	parent_annotation_id BIGINT, 
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	PRIMARY KEY (source, id)
);
INSERT INTO "label_studio_annotations" VALUES('labels',1,1,1,1,1,1,0,0,'2026-11-21 12:00:00.000000','2026-11-21 12:00:00.000029',NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,'2026-11-22 07:39:40.663037','2026-11-22 07:39:40.663037',NULL);
INSERT INTO "label_studio_annotations" VALUES('labels',2,2,1,1,1,1,0,0,'2026-11-21 12:00:00.000000','2026-11-21 12:00:00.000029',NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,'2026-11-22 07:39:40.663037','2026-11-22 07:39:40.663037',NULL);
CREATE TABLE label_studio_control_labels (
	source TEXT NOT NULL, 
	project_id BIGINT NOT NULL, 
	control TEXT NOT NULL, 
	label TEXT NOT NULL, 
	rank BIGINT, 
	attrs TEXT, 
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	PRIMARY KEY (source, project_id, control, label)
);
CREATE TABLE label_studio_controls (
	source TEXT NOT NULL, 
	project_id BIGINT NOT NULL, 
	name TEXT NOT NULL, 
	type TEXT, 
	to_name TEXT, 
	inputs TEXT, 
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	PRIMARY KEY (source, project_id, name)
);
CREATE TABLE label_studio_import_items (
	source TEXT NOT NULL, 
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	content_hash BIGINT, 
	import_id BIGINT NOT NULL, 
	position BIGINT NOT NULL, 
	line BIGINT, 
	external_key TEXT, 
	outcome TEXT, 
	task_id BIGINT, 
	PRIMARY KEY (source, import_id, position)
);
CREATE TABLE label_studio_imports (
	source TEXT NOT NULL, 
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
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
	submitted_at TEXT, 
	finished_at TEXT, 
	options TEXT, 
	PRIMARY KEY (source, id)
);
CREATE TABLE label_studio_predictions (
	source TEXT NOT NULL, 
	id BIGINT NOT NULL, 
	task_id BIGINT, 
	project_id BIGINT, 
	score DOUBLE, 
	model_version TEXT, 
	model_id BIGINT, 
	model_run_id BIGINT, 
	cluster BIGINT, 
	neighbors TEXT, 
	mislabeling DOUBLE, 
	created_at TEXT, 
	updated_at TEXT, 
	extra TEXT, 
	content_hash BIGINT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	PRIMARY KEY (source, id)
);
CREATE TABLE label_studio_projects (
	source TEXT NOT NULL, 
	id BIGINT NOT NULL, 
	title TEXT, 
	description TEXT, 
	organization_id BIGINT, 
	created_by_id BIGINT, 
	created_by TEXT, 
	created_at TEXT, 
	label_config TEXT, 
	parsed_label_config TEXT, 
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
	control_weights TEXT, 
	pinned_at TEXT, 
	state TEXT, 
	task_number BIGINT, 
	finished_task_number BIGINT, 
	num_tasks_with_annotations BIGINT, 
	total_annotations_number BIGINT, 
	total_predictions_number BIGINT, 
	useful_annotation_number BIGINT, 
	ground_truth_number BIGINT, 
	skipped_annotations_number BIGINT, 
	extra TEXT, 
	content_hash BIGINT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	PRIMARY KEY (source, id)
);
INSERT INTO "label_studio_projects" VALUES('labels',1,'Boxes','',1,1,'{"id":1,"first_name":"","last_name":"","email":"admin@example.com","avatar":null}','2026-11-21 12:00:00.000000','<View></View>','{}','',0,1,1,0,'#FFFFFF',1,0,0,0,'',0,1,0,0,0,'Sequential sampling',0,0,100,'REQUEUE_FOR_OTHERS','{}',NULL,NULL,4,2,2,2,0,2,0,0,NULL,-9189322060237300342,'2026-11-22 07:39:40.655605','2026-11-22 07:39:40.655605',NULL);
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
	labels TEXT, 
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	PRIMARY KEY (source, owner, owner_id, position)
);
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
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	PRIMARY KEY (source, owner, owner_id, position, rank)
);
INSERT INTO "label_studio_result_labels" VALUES('labels','annotation',1,0,0,1,1,'Car',NULL,NULL,'2026-11-22 07:39:40.663037','2026-11-22 07:39:40.663037',NULL);
INSERT INTO "label_studio_result_labels" VALUES('labels','annotation',1,0,1,1,1,'Bus',NULL,NULL,'2026-11-22 07:39:40.663037','2026-11-22 07:39:40.663037',NULL);
INSERT INTO "label_studio_result_labels" VALUES('labels','annotation',2,0,0,2,1,'Car',NULL,NULL,'2026-11-22 07:39:40.663037','2026-11-22 07:39:40.663037',NULL);
INSERT INTO "label_studio_result_labels" VALUES('labels','annotation',2,0,1,2,1,'Bus',NULL,NULL,'2026-11-22 07:39:40.663037','2026-11-22 07:39:40.663037',NULL);
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
	score DOUBLE, 
	original_width BIGINT, 
	original_height BIGINT, 
	image_rotation DOUBLE, 
	hidden BOOLEAN, 
	readonly BOOLEAN, 
	locked BOOLEAN, 
	meta TEXT, 
	x DOUBLE, 
	y DOUBLE, 
	width DOUBLE, 
	height DOUBLE, 
	rotation DOUBLE, 
	radius_x DOUBLE, 
	radius_y DOUBLE, 
	start_num DOUBLE, 
	end_num DOUBLE, 
	start_text TEXT, 
	end_text TEXT, 
	start_offset BIGINT, 
	end_offset BIGINT, 
	channel BIGINT, 
	number_value DOUBLE, 
	rating BIGINT, 
	datetime_value TEXT, 
	value TEXT, 
	text TEXT, 
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	PRIMARY KEY (source, owner, owner_id, position)
);
INSERT INTO "label_studio_results" VALUES('labels','annotation',1,0,1,1,'a',NULL,NULL,'rectanglelabels','box','image',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1.5,2.0,30.0,40.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"x":1.5,"y":2,"width":30,"height":40,"rectanglelabels":["Car","Bus"]}',NULL,NULL,'2026-11-22 07:39:40.663037','2026-11-22 07:39:40.663037',NULL);
INSERT INTO "label_studio_results" VALUES('labels','annotation',2,0,2,1,'a',NULL,NULL,'rectanglelabels','box','image',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1.5,2.0,30.0,40.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"x":1.5,"y":2,"width":30,"height":40,"rectanglelabels":["Car","Bus"]}',NULL,NULL,'2026-11-22 07:39:40.663037','2026-11-22 07:39:40.663037',NULL);
CREATE TABLE label_studio_tasks (
	source TEXT NOT NULL, 
	id BIGINT NOT NULL, 
	project_id BIGINT, 
	inner_id BIGINT, 
	data TEXT, 
	meta TEXT, 
	created_at TEXT, 
	updated_at TEXT, 
	updated_by_id BIGINT, 
	updated_by TEXT, 
	is_labeled BOOLEAN, 
	overlap BIGINT, 
	total_annotations BIGINT, 
	cancelled_annotations BIGINT, 
	total_predictions BIGINT, 
	file_upload TEXT, 
	extra TEXT, 
	content_hash BIGINT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	PRIMARY KEY (source, id)
);
INSERT INTO "label_studio_tasks" VALUES('labels',1,1,1,'{"n":0}','{}','2026-11-21 12:00:00.000000','2026-11-21 12:00:00.000000',1,'[{"user_id":1}]',1,1,1,0,0,NULL,NULL,-2924550982287015782,'2026-11-22 07:39:40.663037','2026-11-22 07:39:40.663037',NULL);
INSERT INTO "label_studio_tasks" VALUES('labels',2,1,2,'{"n":1}','{}','2026-11-21 12:00:00.000000','2026-11-21 12:00:00.000000',1,'[{"user_id":1}]',1,1,1,0,0,NULL,NULL,-1169664152164588962,'2026-11-22 07:39:40.663037','2026-11-22 07:39:40.663037',NULL);
INSERT INTO "label_studio_tasks" VALUES('labels',3,1,3,'{"n":2}','{}','2026-11-21 12:00:00.000000','2026-11-21 12:00:00.000037',NULL,'[]',0,1,0,0,0,NULL,NULL,-1190665168603089804,'2026-11-22 07:39:40.663037','2026-11-22 07:39:40.663037',NULL);
INSERT INTO "label_studio_tasks" VALUES('labels',4,1,4,'{"n":3}','{}','2026-11-21 12:00:00.000000','2026-11-21 12:00:00.000037',NULL,'[]',0,1,0,0,0,NULL,NULL,771571529053922423,'2026-11-22 07:39:40.663037','2026-11-22 07:39:40.663037',NULL);
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
	active_organization_meta TEXT, 
	allow_newsletters BOOLEAN, 
	date_joined TEXT, 
	custom_hotkeys TEXT, 
	last_activity TEXT, 
	extra TEXT, 
	content_hash BIGINT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	PRIMARY KEY (source, id)
);
INSERT INTO "label_studio_users" VALUES('labels',1,'admin','admin@example.com','','','AD','',NULL,1,'{"title":"Label Studio","email":"admin@example.com"}',NULL,'2026-11-21 12:00:00.000000','{}','2026-11-21 12:00:00.000000',NULL,6891737335926699954,'2026-11-22 07:39:40.650571','2026-11-22 07:39:40.650571',NULL);
CREATE TABLE qianfan_augmentation_operations (
	source TEXT NOT NULL, 
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	task_id TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	operation TEXT, 
	PRIMARY KEY (source, task_id, position)
);
CREATE TABLE qianfan_augmentation_tasks (
	source TEXT NOT NULL, 
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
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
	start_time TEXT, 
	finish_time TEXT, 
	fail_reason TEXT, 
	is_self_instruct BOOLEAN, 
	model_name TEXT, 
	PRIMARY KEY (source, id)
);
CREATE TABLE qianfan_batch_inference_tasks (
	source TEXT NOT NULL, 
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	content_hash BIGINT, 
	id TEXT NOT NULL, 
	name TEXT, 
	description TEXT, 
	model_id TEXT, 
	run_status TEXT, 
	progress DOUBLE, 
	error_code BIGINT, 
	error_reason TEXT, 
	input_bos_uri TEXT, 
	output_bos_uri TEXT, 
	output_dir TEXT, 
	input_token_usage BIGINT, 
	output_token_usage BIGINT, 
	creator TEXT, 
	create_time TEXT, 
	finish_time TEXT, 
	PRIMARY KEY (source, id)
);
CREATE TABLE qianfan_dataset_versions (
	source TEXT NOT NULL, 
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
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
	create_time TEXT, 
	modify_time TEXT, 
	publish_time TEXT, 
	PRIMARY KEY (source, id)
);
CREATE TABLE qianfan_datasets (
	source TEXT NOT NULL, 
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	content_hash BIGINT, 
	id TEXT NOT NULL, 
	dataset_name TEXT, 
	data_format TEXT, 
	description TEXT, 
	creator TEXT, 
	create_time TEXT, 
	modify_time TEXT, 
	PRIMARY KEY (source, id)
);
CREATE TABLE qianfan_etl_tasks (
	source TEXT NOT NULL, 
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	content_hash BIGINT, 
	id TEXT NOT NULL, 
	numeric_id BIGINT, 
	source_dataset_id TEXT, 
	source_dataset_name TEXT, 
	dest_dataset_id TEXT, 
	dest_dataset_name TEXT, 
	operator_name_list TEXT, 
	entity_count BIGINT, 
	entity_type BIGINT, 
	result TEXT, 
	process_status BIGINT, 
	process_status_name TEXT, 
	status BIGINT, 
	err_code BIGINT, 
	err_msg TEXT, 
	create_time TEXT, 
	start_time TEXT, 
	finish_time TEXT, 
	modify_time TEXT, 
	PRIMARY KEY (source, id)
);
CREATE TABLE qianfan_finetune_jobs (
	source TEXT NOT NULL, 
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	content_hash BIGINT, 
	id TEXT NOT NULL, 
	name TEXT, 
	description TEXT, 
	model TEXT, 
	train_mode TEXT, 
	create_date TEXT, 
	PRIMARY KEY (source, id)
);
CREATE TABLE qianfan_finetune_tasks (
	source TEXT NOT NULL, 
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	content_hash BIGINT, 
	id TEXT NOT NULL, 
	job_id TEXT, 
	job_name TEXT, 
	model TEXT, 
	train_mode TEXT, 
	parameter_scale TEXT, 
	run_status TEXT, 
	run_progress TEXT, 
	hyper_params TEXT, 
	metrics TEXT, 
	checkpoints TEXT, 
	create_date TEXT, 
	finish_date TEXT, 
	PRIMARY KEY (source, id)
);
CREATE TABLE qianfan_text_augmentation_tasks (
	source TEXT NOT NULL, 
	extra TEXT, 
	first_synced_at TEXT, 
	synced_at TEXT, 
	deleted_at TEXT, 
	content_hash BIGINT, 
	id TEXT NOT NULL, 
	task_name TEXT, 
	status TEXT, 
	task_type TEXT, 
	src_dataset_version_id TEXT, 
	dst_dataset_version_id TEXT, 
	creator TEXT, 
	create_time TEXT, 
	finish_time TEXT, 
	PRIMARY KEY (source, id)
);
CREATE TABLE sync_digests (
	source TEXT NOT NULL, 
	table_name TEXT NOT NULL, 
	part TEXT NOT NULL, 
	known TEXT, 
	PRIMARY KEY (source, table_name, part)
);
INSERT INTO "sync_digests" VALUES('labels','label_studio_tasks','1','{"count": 4, "newest": "2026-11-21 12:00:00.000037", "sums": {"total_annotations": 2, "total_predictions": 0}}');
CREATE TABLE sync_rejects (
	id INTEGER NOT NULL, 
	source TEXT, 
	stream TEXT, 
	part TEXT, 
	record_key TEXT, 
	reason TEXT, 
	payload TEXT, 
	first_run_id BIGINT, 
	run_id BIGINT, 
	rejected_at TEXT, 
	PRIMARY KEY (id)
);
CREATE TABLE sync_runs (
	id INTEGER NOT NULL, 
	started_at TEXT, 
	finished_at TEXT, 
	outcome TEXT, 
	version TEXT, 
	host TEXT, 
	pid BIGINT, 
	error TEXT, 
	PRIMARY KEY (id)
);
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
	seconds DOUBLE, 
	error TEXT, 
	finished_at TEXT, 
	PRIMARY KEY (run_id, source, stream)
);
CREATE TABLE sync_watermarks (
	source TEXT NOT NULL, 
	stream TEXT NOT NULL, 
	part TEXT NOT NULL, 
	watermark TEXT, 
	state TEXT, 
	unfinished BOOLEAN, 
	run_id BIGINT, 
	updated_at TEXT, 
	PRIMARY KEY (source, stream, part)
);
INSERT INTO "sync_watermarks" VALUES('labels','','realm',NULL,'organisation 1',NULL,1,'2026-11-22 07:39:40.647286');
INSERT INTO "sync_watermarks" VALUES('labels','tasks','1','2026-11-21 12:00:00.000037','{"asked": [4, "2026-11-21 12:00:00.000037", 2, 0], "settled": true}',0,1,'2026-11-22 07:39:40.663037');
INSERT INTO "sync_watermarks" VALUES('labels','full:tasks','1',NULL,NULL,NULL,1,'2026-11-22 07:39:40.663037');
INSERT INTO "sync_watermarks" VALUES('labels','predictions','1','2026-11-21 12:00:00.000037','{"versions": [0], "checked": true}',0,1,'2026-11-22 07:39:40.670788');
INSERT INTO "sync_watermarks" VALUES('labels','full:predictions','1',NULL,NULL,NULL,1,'2026-11-22 07:39:40.670788');
CREATE UNIQUE INDEX ix_sync_rejects_record ON sync_rejects (source, stream, record_key);
CREATE INDEX ix_label_studio_annotations_completed_by_id ON label_studio_annotations (completed_by_id);
CREATE INDEX ix_label_studio_annotations_import_id ON label_studio_annotations (import_id);
CREATE INDEX ix_label_studio_annotations_last_created_by_id ON label_studio_annotations (last_created_by_id);
CREATE INDEX ix_label_studio_annotations_parent_annotation_id ON label_studio_annotations (parent_annotation_id);
CREATE INDEX ix_label_studio_annotations_parent_prediction_id ON label_studio_annotations (parent_prediction_id);
CREATE INDEX ix_label_studio_annotations_project_id ON label_studio_annotations (project_id);
CREATE INDEX ix_label_studio_annotations_task_id ON label_studio_annotations (task_id);
CREATE INDEX ix_label_studio_annotations_updated_by_id ON label_studio_annotations (updated_by_id);
CREATE INDEX ix_label_studio_predictions_model_id ON label_studio_predictions (model_id);
CREATE INDEX ix_label_studio_predictions_model_run_id ON label_studio_predictions (model_run_id);
CREATE INDEX ix_label_studio_predictions_project_id ON label_studio_predictions (project_id);
CREATE INDEX ix_label_studio_predictions_task_id ON label_studio_predictions (task_id);
CREATE INDEX ix_label_studio_projects_created_by_id ON label_studio_projects (created_by_id);
CREATE INDEX ix_label_studio_projects_organization_id ON label_studio_projects (organization_id);
CREATE INDEX ix_label_studio_relations_project_id ON label_studio_relations (project_id);
CREATE INDEX ix_label_studio_relations_task_id ON label_studio_relations (task_id);
CREATE INDEX ix_label_studio_result_labels_label ON label_studio_result_labels (label);
CREATE INDEX ix_label_studio_result_labels_project_id ON label_studio_result_labels (project_id);
CREATE INDEX ix_label_studio_result_labels_task_id ON label_studio_result_labels (task_id);
CREATE INDEX ix_label_studio_results_project_id ON label_studio_results (project_id);
CREATE INDEX ix_label_studio_results_task_id ON label_studio_results (task_id);
CREATE INDEX ix_label_studio_tasks_project ON label_studio_tasks (project_id, updated_at);
CREATE INDEX ix_label_studio_tasks_updated_at ON label_studio_tasks (updated_at);
CREATE INDEX ix_label_studio_tasks_updated_by_id ON label_studio_tasks (updated_by_id);
CREATE INDEX ix_coco_annotator_annotation_events_dataset_id ON coco_annotator_annotation_events (dataset_id);
CREATE INDEX ix_coco_annotator_annotation_events_image_id ON coco_annotator_annotation_events (image_id);
CREATE INDEX ix_coco_annotator_annotations_category_id ON coco_annotator_annotations (category_id);
CREATE INDEX ix_coco_annotator_annotations_dataset_id ON coco_annotator_annotations (dataset_id);
CREATE INDEX ix_coco_annotator_annotations_image_id ON coco_annotator_annotations (image_id);
CREATE INDEX ix_coco_annotator_exports_dataset_id ON coco_annotator_exports (dataset_id);
CREATE INDEX ix_coco_annotator_image_events_dataset_id ON coco_annotator_image_events (dataset_id);
CREATE INDEX ix_coco_annotator_images_dataset_id ON coco_annotator_images (dataset_id);
CREATE INDEX ix_qianfan_augmentation_tasks_dest_dataset_id ON qianfan_augmentation_tasks (dest_dataset_id);
CREATE INDEX ix_qianfan_augmentation_tasks_finish_time ON qianfan_augmentation_tasks (finish_time);
CREATE INDEX ix_qianfan_augmentation_tasks_source_dataset_id ON qianfan_augmentation_tasks (source_dataset_id);
CREATE INDEX ix_qianfan_batch_inference_tasks_model_id ON qianfan_batch_inference_tasks (model_id);
CREATE INDEX ix_qianfan_dataset_versions_dataset_id ON qianfan_dataset_versions (dataset_id);
CREATE INDEX ix_qianfan_etl_tasks_dest_dataset_id ON qianfan_etl_tasks (dest_dataset_id);
CREATE INDEX ix_qianfan_etl_tasks_source_dataset_id ON qianfan_etl_tasks (source_dataset_id);
CREATE INDEX ix_qianfan_finetune_tasks_job_id ON qianfan_finetune_tasks (job_id);
CREATE INDEX ix_qianfan_text_augmentation_tasks_dst_dataset_version_id ON qianfan_text_augmentation_tasks (dst_dataset_version_id);
CREATE INDEX ix_qianfan_text_augmentation_tasks_src_dataset_version_id ON qianfan_text_augmentation_tasks (src_dataset_version_id);
CREATE INDEX ix_label_studio_annotations_updated_at ON label_studio_annotations (updated_at);
CREATE INDEX ix_label_studio_predictions_updated_at ON label_studio_predictions (updated_at);
CREATE INDEX ix_label_studio_tasks_gone ON label_studio_tasks (source, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX ix_label_studio_import_items_key ON label_studio_import_items (source, external_key);
CREATE INDEX ix_label_studio_import_items_task_id ON label_studio_import_items (task_id);
CREATE INDEX ix_label_studio_imports_job_id ON label_studio_imports (job_id);
CREATE INDEX ix_label_studio_imports_project_id ON label_studio_imports (project_id);
CREATE INDEX ix_label_studio_imports_session ON label_studio_imports (session);
CREATE INDEX ix_label_studio_import_items_hash ON label_studio_import_items (source, content_hash);
COMMIT;
