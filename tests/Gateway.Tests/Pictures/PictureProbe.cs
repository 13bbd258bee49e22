using System.Globalization;
using System.Text.Json;
using Streaming.Pipeline.Tests;

namespace Streaming.Gateway.Tests.Pictures;

/// <summary>What ffprobe says of a picture. Brightness is the mean of its luma, 0–255.</summary>
internal sealed record PictureProbe(string Codec, int Width, int Height, double Brightness)
{
    public static async Task<PictureProbe> OfAsync(byte[] picture)
    {
        var path = Path.Combine(Path.GetTempPath(), $"streaming-picture-{Guid.NewGuid():N}.jpg");
        await File.WriteAllBytesAsync(path, picture);
        try
        {
            var said = await TestMedia.ProbeAsync(
                $"movie={path},signalstats", "-f lavfi -show_frames -show_streams");
            var frame = said.GetProperty("frames")[0];
            var shown = (await TestMedia.ProbeAsync(path, "-show_streams")).GetProperty("streams")[0];
            return new(
                shown.GetProperty("codec_name").GetString()!,
                shown.GetProperty("width").GetInt32(),
                shown.GetProperty("height").GetInt32(),
                Number(frame.GetProperty("tags").GetProperty("lavfi.signalstats.YAVG")));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static double Number(JsonElement text) => double.Parse(text.GetString()!, CultureInfo.InvariantCulture);
}
