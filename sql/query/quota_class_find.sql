-- quota_class_find: the limits of a class; classes belong to no project: no project_id
-- $1 class
select resource, hard_limit
  from permafrost.quota_classes
 where class_name = $1
