-- doctor_sealed: which keys open what is sealed
-- the keys are looked for, not the secrets: no project_id
select key_id, count(*) as secrets
  from permafrost.restore_secrets
 group by key_id
 order by key_id
