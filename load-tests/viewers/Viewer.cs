namespace Streaming.Viewers;

/// <summary>One viewer: chooses a variant as its number says, and follows it and the audio that belongs to it.</summary>
internal sealed class Viewer(Fetcher fetcher, Measurements measurements, Uri address, int index)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (await fetcher.GetPlaylistAsync(address, cancellationToken) is not { } text)
        {
            return;
        }

        if (!MultivariantPlaylist.TryParse(text, out var offer))
        {
            await FollowAsync(address, cancellationToken);
            return;
        }

        var variant = Follow(offer.Variants[index % offer.Variants.Count]);
        var audio = offer.Audio.Count > 0 ? Follow(offer.Audio[index % offer.Audio.Count]) : Task.CompletedTask;
        await Task.WhenAll(variant, audio);

        Task Follow(string uri) => FollowAsync(new Uri(address, uri), cancellationToken);
    }

    private Task FollowAsync(Uri playlist, CancellationToken cancellationToken) =>
        new RenditionFollower(fetcher, measurements, playlist).RunAsync(cancellationToken);
}
