using Streaming.Cluster.Naming;
using Streaming.Cluster.Recordings;
using Streaming.Gateway.Configuration;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Storage.Cache;
using Streaming.Pipeline.Storage.Disk;
using Streaming.Pipeline.Storage.Gcs;
using Streaming.Pipeline.Storage.Memory;
using Streaming.Pipeline.Storage.Spill;

namespace Streaming.Gateway.Storage;

/// <summary>Where the node keeps its media, and the journal that knows of it.</summary>
internal static class NodeStorage
{
    /// <summary>Whoever tests against an emulator of Google Cloud Storage says where it is, for all programs alike.</summary>
    public const string EmulatorVariable = "STORAGE_EMULATOR_HOST";

    // Of the 30 s that a host is given to stop.
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);

    /// <param name="services">Gets it.</param>
    /// <param name="options">The node's.</param>
    /// <param name="dataPath">The node's data folder.</param>
    /// <param name="emulator">What <see cref="EmulatorVariable"/> says.</param>
    public static void AddMediaStorage(this IServiceCollection services, StreamingOptions options, string dataPath, string? emulator)
    {
        services.AddSingleton(_ => Journal(options, dataPath, emulator));
        switch (options.Storage.Kind)
        {
            case StorageOptions.Disk:
                AddMeasured(services, provider => OnDisk(options.Storage, dataPath, provider));
                break;
            case StorageOptions.Memory:
                AddMeasured(services, _ => new MemoryStorage(options.Storage.MaxBytes));
                break;
            case StorageOptions.Gcs:
                var bucket = Bucket(options.Storage, emulator);
                AddBucket(services, options.Storage, bucket, dataPath);
                services.AddSingleton(bucket);
                services.AddHostedService<BucketCheck>();
                break;
            case var kind:
                throw new InvalidOperationException($"There is no storage '{kind}'.");
        }
    }

    private static void AddBucket(IServiceCollection services, StorageOptions options, GcsOptions bucket, string dataPath)
    {
        var spill = Path.Combine(dataPath, "spill");
        if (options.SpillMaxBytes == 0 && !HasFiles(spill))
        {
            AddMeasured(
                services, provider => Cached(InBucket(bucket, dataPath, provider), options.CacheMaxBytes, dataPath, provider));
            return;
        }

        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<SpillingStorage>(
            provider,
            InBucket(bucket, dataPath, provider),
            spill,
            new SpillOptions { MaxBytes = options.SpillMaxBytes }));
        AddMeasured(
            services,
            provider => Cached(provider.GetRequiredService<SpillingStorage>(), options.CacheMaxBytes, dataPath, provider));
        services.AddHostedService<SpillUploads>();
    }

    /// <summary>What an earlier run left there follows, also where nothing more is to go there.</summary>
    private static bool HasFiles(string folder) =>
        Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Any();

    private static void AddMeasured(IServiceCollection services, Func<IServiceProvider, IMediaStorage> make) =>
        services.AddSingleton<IMediaStorage>(provider =>
            ActivatorUtilities.CreateInstance<MeasuredStorage>(provider, make(provider)));

    private static DiskStorage OnDisk(StorageOptions options, string dataPath, IServiceProvider provider)
    {
        var root = MediaRoot(dataPath);
        return new DiskStorage(root, options.MaxBytes, new MediaVolume(dataPath, root, () => Known(provider)));
    }

    private static GcsStorage InBucket(GcsOptions options, string dataPath, IServiceProvider provider)
    {
        var storage = new GcsStorage(
            options,
            provider.GetRequiredService<TimeProvider>(),
            Identity(dataPath, provider.GetRequiredService<RecordingJournal>()),
            provider.GetRequiredService<StorageInstruments>());
        provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(() => storage.StopWithin(StopPatience));
        return storage;
    }

    private static IMediaStorage Cached(IMediaStorage storage, long limitBytes, string dataPath, IServiceProvider provider) =>
        limitBytes == 0
            ? storage
            : new CachedStorage(
                storage,
                Path.Combine(dataPath, "cache"),
                limitBytes,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<CachedStorage>>(),
                provider.GetRequiredService<StorageInstruments>());

    private static GcsOptions Bucket(StorageOptions options, string? emulator)
    {
        var at = GcsOptions.EmulatorAt(emulator);
        if (at is null && !string.IsNullOrWhiteSpace(emulator))
        {
            throw new InvalidOperationException($"{EmulatorVariable} is '{emulator}'; it has to be host:port, or an address.");
        }

        return new GcsOptions
        {
            Bucket = options.Bucket,
            Endpoint = at ?? (options.Endpoint.Length > 0 ? new Uri(options.Endpoint) : null),
            IsEmulator = at is not null,
        };
    }

    private static BucketIdentity Identity(string dataPath, RecordingJournal journal) => new(
        dataPath,
        BroadcastFolder.Root,
        async () => [.. (await journal.ReadStoredAsync()).Select(BroadcastFolder.Of)],
        journal.IsShared ? journal.Storage : null);

    /// <summary>Folders of media that the node knows of. No server is waited for here.</summary>
    private static string[] Known(IServiceProvider provider)
    {
        var journal = provider.GetRequiredService<RecordingJournal>();
        var ids = journal.IsShared ? provider.GetRequiredService<RecordingLibrary>().Known : journal.ReadStored();
        return [.. ids.Select(BroadcastFolder.Of)];
    }

    /// <summary>Of this node, or of all that share a database. What this one has recorded alone comes with it.</summary>
    private static RecordingJournal Journal(StreamingOptions options, string dataPath, string? emulator)
    {
        var path = JournalPath(options.Storage, dataPath);
        if (string.IsNullOrEmpty(options.Cluster.Database))
        {
            return new(path);
        }

        var journal = options.Storage.Kind switch
        {
            StorageOptions.Gcs => RecordingJournal.OnServer(
                options.Cluster.Database,
                $"{Bucket(options.Storage, emulator).Endpoint?.Authority}/{options.Storage.Bucket}",
                BucketIdentity.OfFolder(dataPath) ?? NewIdentity()),
            StorageOptions.Disk => RecordingJournal.OnServer(
                options.Cluster.Database,
                new MediaVolume(dataPath, MediaRoot(dataPath), static () => []).Identity() ?? NewIdentity()),
            _ => RecordingJournal.OnServer(options.Cluster.Database, NewIdentity()),
        };

        // At the start, where who needs the journal waits for it: its epochs come before the first claim.
        Task.Run(() => journal.TakeOverAsync(path)).GetAwaiter().GetResult();
        return journal;
    }

    private static string NewIdentity() => Guid.NewGuid().ToString("N");

    private static string MediaRoot(string dataPath) => Path.Combine(dataPath, "media");

    /// <summary>Media in memory ends with the process, and so does the journal of it. Another one, of media that stays, stays.</summary>
    private static string JournalPath(StorageOptions options, string dataPath)
    {
        if (options.Kind != StorageOptions.Memory)
        {
            return Path.Combine(dataPath, "recordings.db");
        }

        var path = Path.Combine(dataPath, "recordings-in-memory.db");
        foreach (var suffix in (string[])["", "-wal", "-shm"])
        {
            File.Delete(path + suffix);
        }

        return path;
    }
}
