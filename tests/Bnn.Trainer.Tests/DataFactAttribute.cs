using Bnn.Trainer.Data;

namespace Bnn.Trainer.Tests;

/// <summary>A test that needs a full data set; without one it is skipped, and says why.</summary>
public sealed class DataFactAttribute : FactAttribute
{
    public DataFactAttribute(string dataSet)
    {
        try
        {
            DataCatalogue.Find(dataSet)!.CheckPresent(DataCatalogue.Folder(null));
        }
        catch (Exception problem) when (problem is UsageException or IOException)
        {
            Skip = $"needs the data set {dataSet}: {problem.Message}";
        }
    }
}
