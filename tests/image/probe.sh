# Run in the booted image by a unit that only the test's kernel command line adds.
exec > /dev/console 2>&1
say() { echo "PROBE $1 $2"; }
value() { systemctl show --property="$1" --value "$2"; }
echo
say uptime_s "$(cut -d. -f1 /proc/uptime)"
say kernel "$(uname -r)"
say model "$(tr -d '\0' < /proc/device-tree/model 2>/dev/null)"
tries=0
while [ $tries -lt 150 ]; do
	stored=$(/opt/schoolgate/bin/gate status --json 2>/dev/null | sed -n 's/.*"stored":\([0-9]*\).*/\1/p')
	[ "${stored:-0}" -ge 3 ] && break
	tries=$((tries + 1)); sleep 2
done
say stored "${stored:-0}"
say scanned_by_s "$(cut -d. -f1 /proc/uptime)"
say verified "$(/opt/schoolgate/bin/gate ledger verify 2>&1 | tr '\n' ' ')"
say scan "$(value ActiveState gate-scan)"
say uplink "$(value ActiveState gate-uplink)"
say failed "$(systemctl list-units --failed --plain --no-legend | cut -d' ' -f1 | tr '\n' ' ')"
say root "$(findmnt -no FSTYPE,OPTIONS / | tr -s ' ' | cut -d, -f1)"
touch /usr/here 2>/dev/null && say root_written yes || say root_written no
say data "$(findmnt -no FSTYPE,SOURCE /data | tr -s ' ')"
say data_mib "$(df --output=size -m /data | tail -1 | tr -d ' ')"
say ledger_on "$(findmnt -no SOURCE -T /var/lib/schoolgate/gate.db)"
say watchdog "$(value RuntimeWatchdogUSec '') $(cat /sys/class/watchdog/watchdog0/identity 2>/dev/null)"
say firewall "$(nft list chain inet schoolgate input 2>/dev/null | grep -o 'policy drop')"
say listening "$(ss -Hltun 2>/dev/null | grep -vE '127\.0\.0\.|\[::1\]|%lo:' | tr -s ' ' | tr '\n' ';')"
say zram "$(swapon --noheadings --show=NAME,TYPE 2>/dev/null | tr '\n' ' ')"
say journal "$(ls -d /var/log/journal 2>/dev/null || echo in memory)"
say passwords "$(cut -d: -f2 /etc/shadow | grep -cv '^[*!]')"
say pins "$(cat /sys/kernel/debug/gpio 2>/dev/null | grep -c lg)"
say signals "$(sed -n 's/.*\"signals\":\"\([a-z]*\)\".*/\1/p' /run/schoolgate/scan.json 2>/dev/null)"
say booted_slot "$(/opt/schoolgate/bin/gate-update backend get-current 2>&1)"
say primary_slot "$(/opt/schoolgate/bin/gate-update backend get-primary 2>&1)"
[ -f /etc/schoolgate/more.sh ] && . /etc/schoolgate/more.sh
[ -n "$(systemctl list-units --failed --no-legend)" ] && journalctl -b --no-pager -p warning | tail -40
echo "PROBE end"
