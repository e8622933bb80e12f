# Run in the booted image by a unit that only the test's kernel command line adds.
exec > /dev/console 2>&1
say() { echo "PROBE $1 $2"; }
value() { systemctl show --property="$1" --value "$2"; }
answered() { journalctl -b -u gate-scan -o cat --no-pager | sed -n 's/.*"verdicts": *\[\([^]]*\)\].*/\1/p' | tr -d '",' | tr '\n' ' '; }
echo
say uptime_s "$(cut -d. -f1 /proc/uptime)"
say kernel "$(uname -r)"
say architecture "$(uname -m)"
say model "$(tr -d '\0' < /proc/device-tree/model 2>/dev/null || tr -d '\0' < /proc/device-tree/compatible)"
say root_us "$(systemctl show --property=UserspaceTimestampMonotonic --value)"
tries=0
while [ $tries -lt 240 ]; do
	[ "$(answered | wc -w)" -ge "$CARDS" ] && break
	tries=$((tries + 1)); sleep 1
done
say scan "$(value ActiveState gate-scan)"
say uplink "$(value ActiveState gate-uplink)"
say scan_ready_us "$(value ActiveEnterTimestampMonotonic gate-scan)"
say failed "$(systemctl list-units --failed --plain --no-legend | cut -d' ' -f1 | tr '\n' ' ')"
say signals "$(sed -n 's/.*"signals":"\([a-z]*\)".*/\1/p' /run/schoolgate/scan.json 2>/dev/null)"
mount -t debugfs none /sys/kernel/debug
say pins "$(sed -n 's/^ *gpio-[0-9]* *(\(GPIO[0-9]*\) *|lg.*/\1/p' /sys/kernel/debug/gpio | sort | tr '\n' ' ' | sed 's/ $//')"
systemctl stop gate-scan
say verdicts "$(answered)"
say verified "$(runuser -u gate-scan -- /opt/schoolgate/bin/gate ledger verify --json 2>&1 | tr '\n' ' ')"
say root "$(findmnt -no FSTYPE,OPTIONS / | tr -s ' ' | cut -d, -f1)"
say root_written "$(touch /usr/here 2>&1 | sed 's/.*: //')"
say data "$(findmnt -no FSTYPE /data) $(readlink -f "$(findmnt -no SOURCE /data)")"
say data_mib "$(df --output=size -m /data | tail -1 | tr -d ' ')"
[ "$(findmnt -no MAJ:MIN -T /var/lib/schoolgate)" = "$(findmnt -no MAJ:MIN /data)" ] && say ledger_on data
say watchdog "$(cat /sys/class/watchdog/watchdog0/identity)"
say watchdog_shipped "$(systemd-analyze cat-config systemd/system.conf | sed -n 's/^RuntimeWatchdogSec=//p')"
say firewall "$(nft list chain inet schoolgate input 2>/dev/null | grep -o 'policy drop')"
say listening "$(ss -Hltun 2>/dev/null | grep -vE '127\.0\.0\.|\[::1\]|%lo:' | tr -s ' ' | tr '\n' ';')"
say zram "$(swapon --noheadings --show=NAME,TYPE 2>/dev/null | tr -s ' ' | tr '\n' ' ')"
say journal "$(ls -d /var/log/journal 2>/dev/null || echo in memory)"
say passwords "$(cut -d: -f2 /etc/shadow | grep -cv '^[*!]')"
say booted_slot "$(/opt/schoolgate/bin/gate-update backend get-current 2>&1)"
say primary_slot "$(/opt/schoolgate/bin/gate-update backend get-primary 2>&1)"
say uptime_s "$(cut -d. -f1 /proc/uptime)"
[ -n "$(systemctl list-units --failed --no-legend)" ] && journalctl -b --no-pager -p warning | tail -40
echo "PROBE end"
sh /etc/schoolgate/last.sh
