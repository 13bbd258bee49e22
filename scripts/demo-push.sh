#!/usr/bin/env bash
# Usage: STREAM_KEY=<stream key> scripts/demo-push.sh rtmp://host:port/live
# Pushes a test broadcast until it is ended: 1280x720 at 30 pictures/s, 2.5 Mbit/s, a key frame every 2 s. The picture has
# the wall clock of the moment it was drawn, so the delay to a screen can be read off the screen; a square lights up
# with the beep of every second, so that sound and picture can be compared.
set -euo pipefail
url="${1:?usage: STREAM_KEY=<stream key> scripts/demo-push.sh rtmp://host:port/live}"
key="${STREAM_KEY:?the stream key is wanted in the variable STREAM_KEY}"
unset STREAM_KEY

font=/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf
[[ -f $font ]] || font=/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf

# For drawtext, time stamps are set to the wall clock in milliseconds, and back to the count of pictures after it.
clock='%{pts\:localtime\:0\:%H\\\:%M\\\:%S}.%{eif\:mod(floor(t*1000)\,1000)\:u\:3}'
graph="
[0:v]scale=1280:720:flags=fast_bilinear,format=yuv420p[sky];
[1:v]format=yuv420p[needle];
[sky][needle]overlay=x='mod(t*320,W)':y=0:eval=frame,
drawbox=x=40:y=40:w=48:h=48:color=white@0.9:t=fill:enable='lt(mod(t,1),0.12)',
settb=1/1000,setpts='RTCTIME/1000',
drawtext=fontfile=$font:text='$clock':fontsize=112:fontcolor=white:x=(w-tw)/2:y=(h-th)/2:shadowcolor=black@0.5:shadowx=3:shadowy=3,
setpts='N/30/TB'[picture];
[2:a]volume=0.2,aformat=channel_layouts=stereo[tone]"

# Every account of the machine can read a process's arguments, so the key goes in as a file of options.
exec ffmpeg -hide_banner -loglevel error -nostdin \
  -re -f lavfi -i 'gradients=s=160x90:r=30:n=4:c0=0x0b1d3a:c1=0x6a2c91:c2=0xd9436e:c3=0x1687a7:speed=0.02' \
  -f lavfi -i 'color=c=white:s=6x720:r=30' \
  -re -f lavfi -i 'sine=frequency=220:beep_factor=4:sample_rate=48000' \
  -filter_complex "$graph" -map '[picture]' -map '[tone]' \
  -c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p -r 30 -g 60 -keyint_min 60 -sc_threshold 0 \
  -b:v 2500k -minrate 2500k -maxrate 2500k -bufsize 2500k -x264-params nal-hrd=cbr \
  -c:a aac -b:a 128k -ar 48000 \
  -flvflags no_duration_filesize -f flv -fpre <(printf 'rtmp_playpath=%s\n' "$key") "$url"
