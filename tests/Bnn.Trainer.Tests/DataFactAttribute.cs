using Bnn.Trainer.Data;

namespace Bnn.Trainer.Tests;

/// <summary>A test that needs a full data set in the folder of BNN_DATA; without one it is skipped, and says why.</summary>
public sealed class DataFactAttribute : FactAttribute
{
    public DataFactAttribute(string dataSet)
    {
        try
        {
            KnownSet set = DataCatalogue.Find(dataSet)!;
            if (set.Locate([.. set.TrainFiles], Access()) is null || set.Locate([.. set.TestFiles], Access()) is null)
                Skip = $"needs the data set {dataSet} in the folder of {DataEnvironment.Variable}";
        }
        catch (IOException problem)
        {
            Skip = $"needs the data set {dataSet}: {problem.Message}";
        }
    }

    /// <summary>The folder of BNN_DATA alone; warnings go to <paramref name="stderr"/>.</summary>
    internal static DataAccess Access(TextWriter? stderr = null) => DataAccess.Of(
        new CommandContext(TextWriter.Null, stderr ?? TextWriter.Null, IsOutTerminal: false, IsErrorTerminal: false, CancellationToken.None)
        {
            Data = DataEnvironment.OfProcess() with { Cache = "/no/cache", IsOffline = true },
        },
        given: null, isOffline: true);
}
