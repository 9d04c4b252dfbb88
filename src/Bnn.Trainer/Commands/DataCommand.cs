using System.CommandLine;
using Bnn.Storage;
using Bnn.Trainer.Data;
using Bnn.Trainer.Reports;

namespace Bnn.Trainer.Commands;

/// <summary><c>bnn data</c>: which data sets are known and where they lie; or fetches one, reads it, and shows what is in it.</summary>
internal static class DataCommand
{
    /// <summary>The command, writing to <paramref name="context"/>.</summary>
    public static Command Create(CommandContext context)
    {
        Argument<DataSet?> dataSet = CommonOptions.DataSet(isOptional: true);
        var to = new Option<string?>("--out", "-o") { Description = "Write the first images of each class to this picture", HelpName = "FILE.png" };
        Option<bool> json = CommonOptions.Json();
        Option<string?> dataDir = CommonOptions.DataDir();
        Option<bool> offline = CommonOptions.Offline();
        var command = new CommandWithExamples("data", "Lists the known data sets; or gets one, checks it, and shows what is in it.",
        [
            "bnn data",
            "bnn data fashion-mnist --data-dir data",
            "bnn data images:photos --out photos.png",
            "bnn data table:digits.csv,class=first,shape=8x8 --json",
        ])
        {
            dataSet, to, json, dataDir, offline,
        };
        command.SetAction(parsed =>
        {
            DataAccess access = DataAccess.Of(context, parsed.GetValue(dataDir), parsed.GetValue(offline));
            if (parsed.GetValue(dataSet) is { } set)
                return Show(context, set, access, parsed.GetValue(to), parsed.GetValue(json));
            if (parsed.GetValue(to) is { } picture)
                throw new UsageException($"which data set shall be in the picture? bnn data DATASET --out {picture}");
            return List(context, access, parsed.GetValue(json));
        });
        return command;
    }

    private static int List(CommandContext context, DataAccess access, bool isJson)
    {
        var report = new CatalogueReport(access);
        if (isJson)
            report.WriteJson(context.Out);
        else
            report.WriteText(context.OutConsole());
        return ExitCode.Ok;
    }

    private static int Show(CommandContext context, DataSet set, DataAccess access, string? picture, bool isJson)
    {
        if (picture is not null)
            OutputFile.Check(picture);
        DataPart[] parts = set is KnownSet known ? [.. Parts(known, access)] : [All((OwnData)set, access)];
        if (picture is not null)
        {
            byte[] png = ContactSheet.Of(parts[0]);
            context.Stop.While(() => AtomicFile.Write(picture, stream => stream.Write(png)), afterwards: $"stopped; {picture} was written.");
        }
        var report = new DataReport(set, parts);
        if (isJson)
            report.WriteJson(context.Out);
        else
            report.WriteText(context.OutConsole());
        if (parts.All(part => Enumerable.Range(0, part.Files.Count).All(file => part.IsPublished(file) != false)))
            return ExitCode.Ok;
        context.Error.WriteLine($"error: {set.Name} is not the published data set; delete the files that are named above and run this again to get them.");
        return ExitCode.CheckFailed;
    }

    private static IEnumerable<DataPart> Parts(KnownSet set, DataAccess access)
    {
        foreach ((string name, IReadOnlyList<KnownFile> files) in new[] { (DataSet.Train, set.TrainFiles), (DataSet.Test, set.TestFiles) })
        {
            DataFiles read = set.Read(files, access);
            yield return new(name, read.Samples, read.Files, files);
        }
    }

    private static DataPart All(OwnData data, DataAccess access)
    {
        DataFiles read = data.Read(access);
        return new(DataSet.All, read.Samples, read.Files, []);
    }
}
