#!/bin/sh
# Ends the process groups of a parent that is gone: the parent, kill -9 included, closes our stdin.
# Input, one per line: "+ PGID" to watch a group, "- PGID" when its leader has ended.
# A shell rather than node, because it must cost nothing (1 MB) and start at once.
trap '' INT TERM HUP QUIT
groups=' '
while read -r change group; do
  case $change in
    +) groups="$groups$group " ;;
    -) case $groups in
         *" $group "*) groups=${groups%%" $group "*}' '${groups#*" $group "} ;;
       esac ;;
  esac
done
for group in $groups; do
  kill -s KILL -- "-$group" 2>/dev/null
done
